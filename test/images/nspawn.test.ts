import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const save = (image: Image, text: string) => saveImage(image, parseLocation(text));

async function twoLayers(): Promise<Image> {
  const layers = [
    await layerOf({ "etc/": {}, "etc/gone": "1", "etc/motd": "hi" }),
    await layerOf({ "etc/.wh.gone": "" }),
  ];
  return imageOf(layers, { config: { Entrypoint: ["/bin/sh"], Env: ["A=1"], Cmd: [], User: "" } });
}

const plainTar = async (file: string) => collect(decompress([await readFile(file)], file), 1 << 24, file);

test("a root for systemd-nspawn is what tar: has, compressed as its name says, with its sum beside it", () =>
  withFolder(async (folder) => {
    const image = await twoLayers();
    await save(image, `tar:${folder}/plain`);
    const magic: Record<string, string> = { "r.tar": "6574", "r.tar.gz": "1f8b", "r.tar.zst": "28b5" };
    for (const [name, start] of Object.entries(magic)) {
      const saved = await save(image, `nspawn:${folder}/${name}`);
      const bytes = await readFile(join(folder, name));
      expect(bytes.subarray(0, 2).toString("hex")).toBe(start);
      expect(saved).toMatchObject({ digest: digestOf(bytes), path: join(folder, name) });
      expect(saved.notes).toEqual([
        "A root for systemd-nspawn has no place for what the configuration says of Entrypoint, Env.",
      ]);
      expect(await plainTar(join(folder, name))).toEqual(await readFile(join(folder, "plain")));
      expect(await save(image, `nspawn:${folder}/${name}`)).toEqual(saved);
    }
    const sums = await readFile(join(folder, "SHA256SUMS"), "utf8");
    expect(sums.match(/ .*/g)).toEqual(["  r.tar", "  r.tar.gz", "  r.tar.zst"]);
    expect(sums).toContain(digestOf(await readFile(join(folder, "r.tar"))).slice(7));
    expect((await readdir(folder)).sort()).toEqual(["SHA256SUMS", "plain", ...Object.keys(magic)]);
  }));

test("gzip has one member, however large the root is: systemd 252 never ends on a second one", () =>
  withFolder(async (folder) => {
    const image = imageOf([await layerOf({ zeros: { content: Buffer.alloc(9 << 20) } })]);
    await save(image, `nspawn:${folder}/r.tar.gz`);
    const bytes = await readFile(join(folder, "r.tar.gz"));
    const [header, trailer] = [10, 8];
    const { engine } = inflateRawSync(bytes.subarray(header), { info: true }) as unknown as {
      engine: { bytesWritten: number };
    };
    expect(header + engine.bytesWritten + trailer).toBe(bytes.byteLength);
  }));

test("sums of other files stay as they are, whatever their encoding", () =>
  withFolder(async (folder) => {
    const other = Buffer.concat([Buffer.from(`${"0".repeat(64)}  `), Buffer.of(0xe9, 0x0a)]);
    await writeFile(join(folder, "SHA256SUMS"), other);
    await save(await twoLayers(), `nspawn:${folder}/wurzel-ü.tar`);
    await save(await twoLayers(), `nspawn:${folder}/wurzel-ü.tar`);
    const sums = await readFile(join(folder, "SHA256SUMS"));
    expect(sums.subarray(0, other.byteLength)).toEqual(other);
    expect(sums.subarray(other.byteLength).toString().slice(64)).toBe("  wurzel-ü.tar\n");
  }));

test("what cannot be sums is left alone, and so is what cannot be such a root", () =>
  withFolder(async (folder) => {
    const image = await twoLayers();
    await mkdir(join(folder, "a/SHA256SUMS"), { recursive: true });
    await expect(save(image, `nspawn:${folder}/a/x.tar`)).rejects.toThrow("SHA256SUMS");
    await mkdir(join(folder, "b"));
    await writeFile(join(folder, "b/SHA256SUMS"), Buffer.alloc((1 << 20) + 1));
    await expect(save(image, `nspawn:${folder}/b/x.tar`)).rejects.toThrow("SHA256SUMS");
    await expect(save(image, `nspawn:${folder}/none/x.tar`)).rejects.toThrow("its folder does not exist");
    const index = assembleIndex([image, imageOf([], { platform: arm64 })]);
    await expect(saveImage(index, parseLocation(`nspawn:${folder}/x.tar`))).rejects.toThrow(
      "holds one platform only",
    );
    await expect(openImage(parseLocation("nspawn:x.tar"))).rejects.toThrow("`tare import` makes one");
    expect((await readdir(folder)).sort()).toEqual(["a", "b"]);
  }));

test("tare copy writes one and says what it does not hold; tare ls looks into it", () =>
  withFolder(async (folder) => {
    await save(await twoLayers(), `oci:${folder}/1:1`);
    const { code, out } = await runTare(["copy", "--json", "oci:1", "nspawn:r.tar.gz"], { folder });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      to: `nspawn:${folder}/r.tar.gz`,
      keeps: "files",
      images: [{ names: [], digest: digestOf(await readFile(join(folder, "r.tar.gz"))) }],
      notes: [
        "The root has no layers, manifest or history; the digest is of the file, as its SHA256SUMS has it.",
        "A root for systemd-nspawn has no place for what the configuration says of Entrypoint, Env.",
      ],
    });
    const listed = await runTare(["ls", "nspawn:r.tar.gz"], { folder });
    expect([listed.code, listed.out]).toEqual([0, expect.stringContaining("etc/motd")]);
  }));

test("a build says what does not go along", () =>
  withFolder(async (folder) => {
    await save(await twoLayers(), `oci:${folder}/1:1`);
    await writeFile(join(folder, "Dockerfile"), "FROM oci:1:1\nENV B=2\n");
    const line = ["build", "-f", "Dockerfile", "--to", "nspawn:r.tar", "."];
    const { code, notes } = await runTare(line, { folder });
    expect([code, notes.join("\n")]).toEqual([
      0,
      expect.stringContaining("has no place for what the configuration says of Entrypoint, Env."),
    ]);
  }));
