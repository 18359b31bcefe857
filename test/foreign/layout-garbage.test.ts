import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import { mustRun } from "../kit/command.ts";
import { imageOf, layerOf } from "../kit/images.ts";
import { needsPeers } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const secret = "the password";

/** Whether a deleted file's content stands in any blob. */
async function holdsSecret(layout: string): Promise<boolean> {
  const blobs = join(layout, "blobs/sha256");
  const contents = await Promise.all((await readdir(blobs)).map((name) => readFile(join(blobs, name))));
  return contents.some((bytes) => bytes.includes(secret));
}

test("what flatten leaves in the same layout is gone after umoci gc, or in a copy", async (context) => {
  needsPeers(context, "umoci");
  await withFolder(async (folder) => {
    const layers = [
      await layerOf({ "etc/": {}, "etc/secret": secret }, "none"),
      await layerOf({ "etc/.wh.secret": "" }, "none"),
    ];
    await saveImage(imageOf(layers), parseLocation(`oci:${folder}/image:1`));
    const tare = async (...argv: string[]) => expect((await runTare(argv, { folder })).code).toBe(0);
    await tare("flatten", "oci:image:1", "oci:image:1");
    expect(await holdsSecret(join(folder, "image"))).toBe(true);
    await tare("copy", "oci:image:1", "oci:other:1");
    expect(await holdsSecret(join(folder, "other"))).toBe(false);
    await mustRun("umoci", ["gc", "--layout", join(folder, "image")]);
    expect(await holdsSecret(join(folder, "image"))).toBe(false);
    await tare("ls", "oci:image:1");
  });
});
