import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { encodeHeader, endOfArchive } from "../../src/formats/tar/encode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Layer } from "../../src/model/image.ts";
import { runCommand } from "../kit/command.ts";
import { entriesOf, imageOf } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

const gigabyte = 2 ** 30;
const megabytes = 200;
const main = join(import.meta.dirname, "../../src/cli/main.js");
/** Of the process itself: what `resourceUsage` tells counts the test that started it. */
const report = `import { readFileSync } from "node:fs";
process.on("exit", () => {
  const [, peak] = /VmHWM:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  process.stderr.write("peak " + Math.round(peak / 1024));
});`;

/** A layer with a file of a gigabyte, which is compressed to next to nothing. */
function largeLayer(): Layer {
  const [first, last] = entriesOf({ large: "", small: "the end" });
  const piece = Buffer.alloc(1 << 20);
  piece.write("not only zeros");
  const small = Buffer.concat([Buffer.from("the end"), Buffer.alloc(505)]);
  const plain: Uint8Array[] = [
    encodeHeader({ ...(first as NonNullable<typeof first>), size: gigabyte }),
    ...Array<Uint8Array>(gigabyte / piece.length).fill(piece),
    encodeHeader(last as NonNullable<typeof last>),
    small,
    endOfArchive,
  ];
  const hash = createHash("sha256");
  for (const part of plain) hash.update(part);
  const frame = zstdCompressSync(piece);
  const bytes = Buffer.concat(plain.map((part) => (part === piece ? frame : zstdCompressSync(part))));
  return {
    digest: digestOf(bytes),
    size: bytes.length,
    compression: "zstd",
    diffId: `sha256:${hash.digest("hex")}`,
    uncompressedSize: undefined,
    async *open() {
      yield bytes;
    },
  };
}

test(`a layer of a gigabyte is listed, searched and extracted in less than ${megabytes} MB`, {
  timeout: 180_000,
}, async (context) => {
  if (process.platform !== "linux") context.skip("only Linux tells the peak of a process");
  await withFolder(async (folder) => {
    await saveImage(imageOf([largeLayer()]), parseLocation(`oci:${folder}/image`));
    const peakOf = async (...argv: string[]) => {
      const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}` };
      const { code, stdout, stderr } = await runCommand(process.execPath, [main, ...argv], {
        cwd: folder,
        env,
      });
      expect({ code, peak: /^peak \d+$/m.test(stderr) }).toEqual({ code: 0, peak: true });
      return { stdout, fits: Number(/peak (\d+)$/.exec(stderr)?.[1]) < megabytes };
    };
    expect(await peakOf("ls", "oci:image")).toMatchObject({ fits: true });
    expect(await peakOf("cat", "oci:image", "small")).toEqual({ fits: true, stdout: "the end" });
    expect(await peakOf("extract", "oci:image", "--to", "root")).toMatchObject({ fits: true });
    const { size, blocks } = await stat(join(folder, "root/large"));
    expect(size).toBe(gigabyte);
    // What is zeros takes no room.
    expect(blocks * 512).toBeLessThan(gigabyte / 4);
  });
});
