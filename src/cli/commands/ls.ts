import { TareError } from "../../errors.ts";
import type { Image } from "../../model/image.ts";
import { count } from "../../report/size.ts";
import { command } from "../command.ts";
import { insideArgument, insideOptions } from "../inside-arguments.ts";

export const ls = command({
  name: "ls",
  summary: "List the files of an image",
  about: [
    "Shows the root filesystem that the layers make together, sorted by path, as `tar -tv` would: type and mode, owner, size, time in UTC. Nothing is unpacked or written.",
    "With PATH only that file, or that folder and what is below it; symlinks on the way are followed inside the image, one at the end when PATH ends in a slash. With --layer one layer as it stands, in its own order, with its whiteouts and what it has twice; a plain tarball is layer 1.",
  ],
  arguments: [insideArgument, { name: "PATH", summary: "A file or folder of the image (default: all)" }],
  options: {
    layer: { value: "LAYER", summary: "Only this layer: its number, 1 for the lowest, or its digest" },
    ...insideOptions,
  },
  examples: [
    { does: "See what is in an image", line: "tare ls docker-archive:hello.tar | less" },
    { does: "See what its first layer brings to /etc", line: "tare ls --layer 1 oci:image etc" },
  ],
  async run({ arguments: [location = "", path], options }, io) {
    const { listFiles, listLayer } = await import("../../extract/look-inside.ts");
    const { withInside } = await import("../with-inside.ts");
    return withInside(io, location, options, async ({ inside, image }) => {
      const { signal } = io;
      const headers =
        options.layer === undefined
          ? await listFiles(inside, path, signal)
          : await listLayer(inside, layerOf(options.layer, image), path, signal);
      if (options.json) {
        const { plainHeader } = await import("../../formats/sidecar.ts");
        io.out(`${JSON.stringify(headers.map(plainHeader), null, 2)}\n`);
      } else {
        const { listingText } = await import("../../report/listing.ts");
        io.out(listingText(headers));
      }
      return 0;
    });
  },
});

/** A layer's place, from 0. */
function layerOf(text: string, image: Image | undefined): number {
  const refuse = (why: string) => new TareError({ code: "BAD_USAGE", why, help: "tare ls --help" });
  if (image === undefined) {
    if (text === "1") return 0;
    throw refuse(`a plain tarball is layer 1, and has no layer ${JSON.stringify(text)}`);
  }
  const { layers } = image;
  const at = /^[1-9][0-9]{0,3}$/.test(text)
    ? Number(text) - 1
    : layers.findIndex(({ digest, diffId }) => digest === text || diffId === text);
  if (layers[at] !== undefined) return at;
  throw refuse(
    `the image has ${count(layers.length, "layer", "layers")}, and ${JSON.stringify(text)} is none of them`,
  );
}
