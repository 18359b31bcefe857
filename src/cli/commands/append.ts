import { resolve } from "node:path";
import { sourceDateEpoch } from "../../build/source-date.ts";
import type { UpperLayer } from "../../edit/append-layers.ts";
import { TareError } from "../../errors.ts";
import { keepApart } from "../apart.ts";
import { command } from "../command.ts";
import { compressionFrom, copying, editOptions, platformFrom } from "../copying.ts";
import { locationArgument } from "../location-argument.ts";

const help = "tare append --help";

export const append = command({
  name: "append",
  summary: "Put tarballs or folders upon an image as further layers",
  about: [
    "Each tarball becomes a layer, byte for byte: the sha256 of the tar is its diffID. How it is compressed is told by its content; plain, gzip and zstd stay as they came, unless --compression says otherwise, and xz and bzip2 become gzip. It is checked as `tare import` does. A name that begins with .wh. hides that file of the layers below; .wh..wh..opq hides all that a folder had.",
    "A folder is packed as `tare import` packs one. Its files belong to root, unless tare runs as root.",
    "The layers that the image has stay byte for byte, and its configuration stays. An image for several platforms gets the layers on each of them, unless --platform names one.",
  ],
  arguments: [
    { name: "SOURCE", summary: "Where the image is", required: true },
    { name: "DESTINATION", summary: "Where the new one goes", required: true },
    {
      name: "LAYER",
      summary: "A tarball, a folder, or - for the standard input; lowest first",
      required: true,
      many: true,
    },
  ],
  options: {
    compression: {
      value: "HOW",
      summary: "Compress the new layers with gzip, zstd or none, with a level if need be: zstd:9",
    },
    ...editOptions,
  },
  examples: [
    { does: "Put an application upon a base", line: "tare append oci:base:1 oci:app:1 app.tar.gz" },
    {
      does: "Take it from the standard input, and give the image to docker",
      line: "tare append oci:base:1 docker-daemon:app:1 - < app.tar",
    },
  ],
  async run({ arguments: [source = "", target = "", ...given], options }, io) {
    const epoch = sourceDateEpoch(io.environment);
    const from = await locationArgument(source, io.folder);
    const destination = await locationArgument(target, io.folder);
    const compression = await compressionFrom(options.compression, destination, help);
    if ([from.path, ...given].filter((text) => text === "-").length > 1)
      throw new TareError({ code: "BAD_USAGE", why: "the standard input can be only one of them", help });
    for (const text of given)
      if (/^https?:/i.test(text))
        throw new TareError({
          code: "BAD_USAGE",
          why: `${text} must be fetched first: a layer is a file, a folder or -`,
          help,
        });
      else if (text !== "-") await keepApart(resolve(io.folder, text), [destination]);
    const platform = platformFrom(options.platform, help);
    return copying(io, { sources: [from], destination, platform }, options, async (world) => {
      const [{ appendLayers, upperLayer }, { findTarball }] = await Promise.all([
        import("../../edit/append-layers.ts"),
        import("../../edit/find-tarball.ts"),
      ]);
      const owners = process.getuid?.() === 0 ? "kept" : "root";
      const upper: UpperLayer[] = [];
      const notes: string[] = [];
      for (const text of given) {
        const found = await findTarball(text, undefined, { ...world, folder: io.folder, stdin: io.stdin });
        const one = await upperLayer(found, { compression, epoch, owners }, world);
        notes.push(...one.warnings);
        upper.push(one);
      }
      return { notes, edit: (image) => appendLayers(image, upper, { epoch }) };
    });
  },
});
