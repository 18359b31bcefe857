import { sourceDateEpoch } from "../../build/source-date.ts";
import { command } from "../command.ts";
import { compressionFrom, copying, editOptions, platformFrom } from "../copying.ts";
import { locationArgument } from "../location-argument.ts";

const help = "tare flatten --help";

export const flatten = command({
  name: "flatten",
  summary: "Make one layer of all layers of an image",
  about: [
    "The one layer holds what a container of the image would see: what upper layers hid or replaced is gone, hardlinks, owners, attributes and devices stay. The same image gives the same layer, and the sha256 of what `tare copy SOURCE tar:FILE` writes is its diffID.",
    "The configuration stays. Of the history stay the lines that made no layer, and one line tells of the new one. Of an image for several platforms each is flattened, unless --platform names one.",
  ],
  arguments: [
    { name: "SOURCE", summary: "Where the image is", required: true },
    { name: "DESTINATION", summary: "Where the flattened one goes", required: true },
  ],
  options: {
    compression: {
      value: "HOW",
      summary: "gzip, zstd or none, with a level if need be: zstd:9 (default: as the layers are, else gzip)",
    },
    ...editOptions,
  },
  examples: [
    {
      does: "Flatten an image of docker's, so that the new one is without deleted files",
      line: "tare flatten docker-daemon:app:1 docker-daemon:app:flat",
    },
    { does: "Beside it, in an image layout", line: "tare flatten oci:image:1 oci:image:flat" },
  ],
  async run({ arguments: [source = "", destination = ""], options }, io) {
    const from = {
      sources: [await locationArgument(source, io.folder)],
      destination: await locationArgument(destination, io.folder),
      platform: platformFrom(options.platform, help),
    };
    const compression = await compressionFrom(options.compression, from.destination, help);
    const given = { compression, epoch: sourceDateEpoch(io.environment) };
    return copying(io, from, options, async (world) => {
      const { flattenImage } = await import("../../edit/flatten-image.ts");
      return { edit: (image) => flattenImage(image, given, world) };
    });
  },
});
