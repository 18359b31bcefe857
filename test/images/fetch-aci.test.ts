import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drain } from "../../src/bytes/bytes.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openNamed } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import type { Platform } from "../../src/model/platform.ts";
import type { Fetch } from "../../src/model/seams.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { makeSigningKey, type SigningKey, signDetached } from "../kit/signing-key.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const now = new Date("2026-03-01T00:00:00Z");
const amd64: Platform = { os: "linux", architecture: "amd64" };
const store = "https://store.example/acis";
const page = `<html><meta name="ac-discovery" content="shout.example ${store}/{name}-{version}-{os}-{arch}.{ext}">
  <meta name="ac-discovery-pubkeys" content="shout.example https://shout.example/keys.gpg"></html>`;

type Web = Map<string, Uint8Array | string>;

/** A web in memory; what it does not have is not there, and what was asked for is kept. */
function fetchOf(web: Web, asked: string[] = []): Fetch {
  return async ({ url }) => {
    asked.push(url);
    const body = web.get(url);
    return body === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(body as string));
  };
}

/** An ACI as its publisher's program wrote it. */
async function aciBytes(folder: string, name: string, platform = amd64): Promise<Buffer> {
  const image = imageOf([await layerOf({ app: "shout" })], { platform, config: { Cmd: ["/app"] } });
  await saveImage(image, parseLocation(`aci:${folder}/published.aci`), { name });
  return readFile(join(folder, "published.aci"));
}

interface World {
  readonly folder: string;
  readonly web: Web;
  readonly key: SigningKey;
  readonly asked: string[];
  open(name: string, keys?: Uint8Array | false, platform?: Platform): Promise<Image>;
}

/** A host that publishes `shout.example/app` 1.0, and somebody who has its key. */
async function withWeb(use: (world: World) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const key = await makeSigningKey();
    const image = await aciBytes(folder, "shout.example/app:1.0");
    const address = `${store}/shout.example/app-1.0-linux-amd64`;
    const asked: string[] = [];
    const web: Web = new Map<string, Uint8Array | string>([
      ["https://shout.example/app?ac-discovery=1", page],
      [`${address}.aci`, image],
      [`${address}.aci.asc`, await signDetached(image, [key], now)],
    ]);
    const open: World["open"] = async (name, keys = key.keyring, platform = amd64) => {
      const scratch = join(folder, "scratch");
      await mkdir(scratch, { recursive: true });
      const known = keys === false ? undefined : { bytes: keys, where: "keys.gpg" };
      const seams = {
        fetch: fetchOf(web, asked),
        now: () => now,
        sleep: async () => undefined,
        keys: async () => known,
        platform,
      };
      const location = parseLocation(`aci://${name}`);
      return (await openNamed(location, { discovery: seams, scratch: async () => scratch })).image as Image;
    };
    await use({ folder, web, key, asked, open });
  });
}

test("an image is found by its name, fetched, and checked with the user's key", () =>
  withWeb(async ({ open, asked }) => {
    const image = await open("shout.example/app:1.0");
    expect(image.config.config?.Cmd).toEqual(["/app"]);
    for (const layer of image.layers) await drain(layer.open());
    expect(asked).toEqual([
      "https://shout.example/app?ac-discovery=1",
      `${store}/shout.example/app-1.0-linux-amd64.aci.asc`,
      `${store}/shout.example/app-1.0-linux-amd64.aci`,
    ]);
  }));

test("pages that are not there, or say nothing of it, leave the word to those above", () =>
  withWeb(async ({ open, web, asked }) => {
    web.delete("https://shout.example/app?ac-discovery=1");
    web.set("https://shout.example/app?ac-discovery=1", "<p>nothing");
    web.set("https://shout.example/?ac-discovery=1", page);
    await open("shout.example/app:1.0");
    expect(asked.slice(0, 2)).toEqual([
      "https://shout.example/app?ac-discovery=1",
      "https://shout.example/?ac-discovery=1",
    ]);
    web.delete("https://shout.example/?ac-discovery=1");
    await expect(open("shout.example/app:1.0")).rejects.toThrow(
      "aci://shout.example/app:1.0 could not be fetched: https://shout.example/app?***: it does not tell where this image is (no ac-discovery tag for it); https://shout.example/?***: it does not tell",
    );
  }));

test("without a version, the latest is asked for, whatever number it has", () =>
  withWeb(async ({ open, web }) => {
    await expect(open("shout.example/app")).rejects.toThrow(
      "the signature of aci://shout.example/app could not be",
    );
    for (const ext of ["aci", "aci.asc"])
      web.set(
        `${store}/shout.example/app-latest-linux-amd64.${ext}`,
        web.get(`${store}/shout.example/app-1.0-linux-amd64.${ext}`) ?? "",
      );
    expect((await open("shout.example/app")).platform).toEqual(amd64);
  }));

test("without keys nothing is fetched, and those that the publisher offers are told, not used", () =>
  withWeb(async ({ open, asked }) => {
    await expect(open("shout.example/app:1.0", false)).rejects.toThrow(
      "aci://shout.example/app:1.0 comes from the network, and there are no keys to check it with: name a file of them with --keyring (its publisher offers https://shout.example/keys.gpg; compare the fingerprints with what you know).",
    );
    expect(asked).toHaveLength(1);
  }));

test("a signature by another key, over other bytes, or none, is refused", () =>
  withWeb(async ({ open, web, key }) => {
    const address = `${store}/shout.example/app-1.0-linux-amd64.aci`;
    const other = await makeSigningKey();
    await expect(open("shout.example/app:1.0", other.keyring)).rejects.toThrow(
      `The signature of aci://shout.example/app:1.0 cannot be trusted: key ${key.publicKey.getKeyID().toHex().toUpperCase()}: it is not in the keyring (looked in keys.gpg); nothing of it was used.`,
    );
    web.set(address, Buffer.concat([web.get(address) as Buffer, Buffer.of(0)]));
    await expect(open("shout.example/app:1.0")).rejects.toThrow("it does not fit the text");
    web.set(`${address}.asc`, "hello");
    await expect(open("shout.example/app:1.0")).rejects.toThrow("cannot be trusted: it is none");
    web.delete(`${address}.asc`);
    await expect(open("shout.example/app:1.0")).rejects.toThrow("unsigned images are not used");
  }));

test.each<[string, string, Platform, string]>([
  [
    "name",
    "shout.example/other:1.0",
    amd64,
    'its name is "shout.example/other", and "shout.example/app" was',
  ],
  ["version", "shout.example/app:0.9", amd64, 'its version is "0.9", and "1.0" was asked for'],
  ["platform", "shout.example/app:1.0", arm64, 'its arch is "aarch64", and "amd64" was asked for'],
])("an image of another %s is not the one, however well it is signed", (_, name, platform, why) =>
  withWeb(async ({ open, web, key, folder }) => {
    const address = `${store}/shout.example/app-1.0-linux-amd64`;
    const image = await aciBytes(folder, name, platform);
    web.set(`${address}.aci`, image);
    web.set(`${address}.aci.asc`, await signDetached(image, [key], now));
    await expect(open("shout.example/app:1.0")).rejects.toThrow(why);
  }),
);

test("a name is no place to write to, and commands without a network say where it can be had", () =>
  withFolder(async (folder) => {
    const location = parseLocation("aci://shout.example/app");
    await expect(saveImage(imageOf([]), location)).rejects.toThrow(
      "images are found by that name, not written",
    );
    await expect(openNamed(location)).rejects.toThrow("bring it here first with `tare copy`");
    expect(await readdir(folder)).toEqual([]);
  }));

test("tare copy --keyring brings it here", () =>
  withWeb(async ({ folder, web, key }) => {
    const engine = { webFetch: async () => fetchOf(web) };
    const copy = (...more: string[]) =>
      runTare(["copy", ...more, "--platform", "linux/amd64", "aci://shout.example/app:1.0", "oci:out"], {
        folder,
        engine,
      });
    expect((await copy()).notes.join(" ")).toContain("name a file of them with --keyring");
    expect(await copy("--keyring", "keys.asc")).toMatchObject({
      code: 3,
      notes: [`${folder}/keys.asc cannot be read: it is not there.`],
    });
    await writeFile(join(folder, "keys.asc"), key.armoredKeyring);
    const { code, out } = await copy("--keyring", "keys.asc");
    expect([code, out]).toEqual([0, expect.stringContaining("aci://shout.example/app:1.0 to oci:")]);
    expect(((await openNamed(parseLocation(`oci:${folder}/out`))).image as Image).layers).toHaveLength(1);
    expect(await readdir(join(folder, ".store/tmp"))).toEqual([]);
  }));
