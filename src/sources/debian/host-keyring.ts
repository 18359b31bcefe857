import { TareError } from "../../errors.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { type Keyring, mergeKeyrings, parseKeyring } from "../../trust/keyring.ts";
import type { SignedBy } from "./apt-sources.ts";

/** Where the keyring packages put their keys; the first that is there counts. */
const known = new Map<string, readonly string[]>([
  [
    "debian",
    ["/usr/share/keyrings/debian-archive-keyring.pgp", "/usr/share/keyrings/debian-archive-keyring.gpg"],
  ],
  ["ubuntu", ["/usr/share/keyrings/ubuntu-archive-keyring.gpg"]],
]);
const trustedFolder = "/etc/apt/trusted.gpg.d";

/**
 * The host's keyring for a distribution: what its apt source says (`Signed-By`), else the distribution's keyring
 * package, else whatever apt trusts in general. `what` names the repository in sentences.
 * @throws KEYRING_MISSING, BAD_ARCHIVE
 */
export async function hostKeyring(
  what: string,
  distribution: string,
  signedBy: SignedBy | undefined,
  host: HostFiles,
): Promise<Keyring> {
  if (signedBy?.embedded !== undefined)
    return await parseKeyring(Buffer.from(signedBy.embedded), "the host's apt source");
  if (signedBy && signedBy.files.length > 0) {
    const all = signedBy.files.map(async (file) => {
      const keyring = await keyringAt(file, host);
      if (!keyring) throw new TareError({ code: "KEYRING_MISSING", what, looked: [file] });
      return keyring;
    });
    return only(signedBy.fingerprints, await mergeKeyrings(await Promise.all(all)));
  }
  const candidates = known.get(distribution) ?? [];
  for (const file of candidates) {
    const keyring = await keyringAt(file, host);
    if (keyring) return only(signedBy?.fingerprints ?? [], keyring);
  }
  const trusted: Keyring[] = [];
  for (const name of [...(await host.listHostFolder(trustedFolder))].sort()) {
    if (!/\.(?:gpg|asc|pgp)$/.test(name)) continue;
    const keyring = await keyringAt(`${trustedFolder}/${name}`, host);
    if (keyring) trusted.push(keyring);
  }
  if (trusted.length === 0)
    throw new TareError({ code: "KEYRING_MISSING", what, looked: [...candidates, trustedFolder] });
  return only(signedBy?.fingerprints ?? [], await mergeKeyrings(trusted));
}

async function keyringAt(file: string, host: HostFiles): Promise<Keyring | undefined> {
  const bytes = await host.readHostFile(file);
  return bytes === undefined ? undefined : await parseKeyring(bytes, file);
}

/** `Signed-By` may name keys of a keyring: then no other counts. */
function only(fingerprints: readonly string[], keyring: Keyring): Keyring {
  if (fingerprints.length === 0) return keyring;
  const keys = keyring.keys.filter((key) =>
    key
      .getKeys()
      .some((part) => fingerprints.some((one) => part.getFingerprint().toUpperCase().endsWith(one))),
  );
  return { ...keyring, keys };
}
