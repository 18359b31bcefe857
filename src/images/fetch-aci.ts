import { stat } from "node:fs/promises";
import { type Bytes, limited } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { type Discovered, discover, discoveryPages, type Wanted } from "../formats/aci/discovery.ts";
import { type AciManifest, valueNamed } from "../formats/aci/manifest.ts";
import { type AciName, parseAciName } from "../formats/aci/names.ts";
import { platformLabels } from "../formats/aci/platforms.ts";
import { fetchDocument } from "../http/document.ts";
import { Transfer, type TransferSeams } from "../http/transfer.ts";
import { shownUrl } from "../http/url.ts";
import type { Platform } from "../model/platform.ts";
import type { Progress } from "../model/seams.ts";
import { type Keyring, parseKeyring } from "../trust/keyring.ts";
import { verifyDetached } from "../trust/openpgp.ts";
import { readPart } from "./file-set.ts";
import { openAci } from "./open-aci.ts";
import type { OpenedImage } from "./opened-image.ts";
import { spool } from "./spool.ts";

/** The network, and whose signatures count there. */
export interface DiscoverySeams extends TransferSeams {
  /**
   * OpenPGP keys, armoured or binary, and the name of their file for sentences; undefined when the user gave none.
   * Asked only when there is something to check.
   */
  readonly keys: () => Promise<{ readonly bytes: Uint8Array; readonly where: string } | undefined>;
  /** Of several images of one name, the one that runs there. */
  readonly platform: Platform;
  readonly progress?: Progress;
}

const limits = { page: 1 << 20, signature: 1 << 20, image: 16 * 2 ** 30 } as const;

/**
 * Finds an ACI by its name, as the App Container specification has it (spec/discovery.md): pages on the name's own host
 * tell where images are. The image is kept in `scratch`, its detached signature is checked with the user's keys, and its
 * manifest must be of the name, version and platform that were asked for. Keys that a publisher offers are told, never
 * used: whoever can change the image can change them.
 * @throws DOWNLOAD_FAILED, KEYS_NEEDED, ACI_UNTRUSTED, TOO_LARGE, DISK_FULL, BAD_LOCATION, and what opening an ACI throws
 */
export async function fetchAci(text: string, scratch: string, seams: DiscoverySeams): Promise<OpenedImage> {
  const where = `aci://${text}`;
  const asked = parseAciName(text);
  if (asked === undefined)
    throw new TareError({
      code: "BAD_LOCATION",
      text: where,
      why: "it is no name, as in aci://HOST/NAME[:VERSION]",
    });
  const { endpoints, keys: offered } = await askPages(wantedOf(asked, seams.platform), where, seams);
  const keys = await seams.keys();
  if (keys === undefined)
    throw new TareError({ code: "KEYS_NEEDED", what: where, offered: offered.map(shownUrl) });
  const keyring = await parseKeyring(keys.bytes, keys.where);
  const addresses = endpoints.map((endpoint) => endpoint.signature);
  const signature = await fetchDocument(addresses, limits.signature, `the signature of ${where}`, seams);
  if (signature === undefined)
    throw failed(
      `the signature of ${where}`,
      addresses,
      "there is no such file, and unsigned images are not used",
    );
  const { image } = endpoints[addresses.indexOf(signature.url)] as (typeof endpoints)[number];
  const { signal, progress, now } = seams;
  const bytes = limited(new Transfer([image], undefined, true, seams).bytes(where), limits.image, where);
  const seen = (done: number) => progress?.({ kind: "transfer", name: text, done, total: undefined });
  const file = await spool(bytes, scratch, seen, signal);
  const { size } = await stat(file);
  const open = (stop?: AbortSignal): Bytes => readPart(file, 0, size, stop);
  const options = { what: where, keyring, now: now() };
  await verifyDetached(open(signal), signature.bytes, options).catch((cause) => {
    throw untrusted(cause, where, keyring);
  });
  return openAci(open, where, (manifest) => checkIsWanted(manifest, asked, seams.platform, where));
}

/** In words that fit an image which no recipe names. */
function untrusted(cause: unknown, what: string, { where: looked }: Keyring): unknown {
  if (!(cause instanceof TareError)) return cause;
  const { problem } = cause;
  const { code } = problem;
  if (code === "SIGNATURE_MISSING")
    return new TareError({ code: "ACI_UNTRUSTED", what, why: "it is none", looked }, { cause });
  if (code !== "SIGNATURE_REFUSED") return cause;
  const why = problem.signatures.map((one) => `key ${one.key}: ${one.why}`).join("; ");
  return new TareError({ code: "ACI_UNTRUSTED", what, why, looked }, { cause });
}

function wantedOf({ name, version = "latest" }: AciName, platform: Platform): Wanted {
  const labels = platformLabels(platform);
  return { name, version, os: platform.os, arch: valueNamed(labels, "arch") ?? platform.architecture };
}

/** A page that is not there, or says nothing of this name, leaves the word to the one above it. */
async function askPages(wanted: Wanted, where: string, seams: TransferSeams): Promise<Discovered> {
  const pages = discoveryPages(wanted.name);
  let keys: readonly string[] = [];
  for (const page of pages) {
    const html = await readPage(page, where, seams);
    const found = discover(html, wanted);
    if (keys.length === 0) keys = found.keys;
    if (found.endpoints.length > 0) return { endpoints: found.endpoints, keys };
  }
  throw failed(where, pages, "it does not tell where this image is (no ac-discovery tag for it)");
}

/** Empty when the server answers with a status of 4xx. */
async function readPage(page: string, where: string, seams: TransferSeams): Promise<string> {
  const transfer = new Transfer([page], undefined, false, seams);
  const parts: Uint8Array[] = [];
  try {
    for await (const part of limited(transfer.bytes(where), limits.page, page)) parts.push(part);
  } catch (error) {
    const status = transfer.statuses.get(page) ?? 0;
    if (error instanceof TareError && error.code === "DOWNLOAD_FAILED" && status >= 400 && status < 500)
      return "";
    throw error;
  }
  return Buffer.concat(parts).toString("utf8");
}

/** An image that does not say for what it is made fits anything. */
function checkIsWanted(manifest: AciManifest, asked: AciName, platform: Platform, where: string): void {
  const refuse = (what: string, is: string, wanted: string) => {
    const why = `its ${what} is ${JSON.stringify(is)}, and ${JSON.stringify(wanted)} was asked for`;
    throw new TareError({ code: "BAD_ARCHIVE", format: "answer to that name", where, why });
  };
  if (manifest.name !== asked.name) refuse("name", manifest.name, asked.name);
  const version = valueNamed(manifest.labels, "version");
  if (asked.version !== undefined && version !== asked.version)
    refuse("version", version ?? "", asked.version);
  for (const { name, value } of platformLabels(platform)) {
    const label = valueNamed(manifest.labels, name);
    if (label !== undefined && label !== value) refuse(name, label, value);
  }
}

function failed(what: string, addresses: readonly string[], why: string): TareError {
  const tried = addresses.map((address) => ({ where: shownUrl(address), why }));
  return new TareError({ code: "DOWNLOAD_FAILED", what, tried });
}
