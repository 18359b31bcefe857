import { sourceDateEpoch } from "../../build/source-date.ts";
import { TareError } from "../../errors.ts";
import { type Location, locationText } from "../../images/location.ts";
import { fullReference } from "../../model/reference.ts";
import { command } from "../command.ts";
import { type CopyWorld, copying, editOptions, platformFrom } from "../copying.ts";
import { locationArgument } from "../location-argument.ts";

const help = "tare rebase --help";

export const rebase = command({
  name: "rebase",
  summary: "Put an image upon another base",
  about: [
    "The layers of OLD-BASE, which must be the image's lowest ones (by diffID), give way to those of NEW-BASE. The layers above stay byte for byte, and the image's configuration stays; variables that it has only from the old base are named. The history is that of the new base, and then the image's own.",
    "Whether the upper layers still fit, such as programs the libraries of the new base, is not looked at. Of bases for several platforms the image's is taken; an image for several platforms is put upon the new base for each of them.",
  ],
  arguments: [
    { name: "SOURCE", summary: "Where the image is", required: true },
    { name: "OLD-BASE", summary: "What it was built upon", required: true },
    { name: "NEW-BASE", summary: "What it is to lie upon", required: true },
    { name: "DESTINATION", summary: "Where the new one goes", required: true },
  ],
  options: editOptions,
  examples: [
    {
      does: "Give an application the base of today",
      line: "tare rebase oci:app:1 oci:base:2026-01 oci:base:2026-02 oci:app:2",
    },
  ],
  async run({ arguments: given, options }, io) {
    const [source, oldBase, newBase, destination] = (await Promise.all(
      given.map((text) => locationArgument(text, io.folder)),
    )) as [Location, Location, Location, Location];
    if (oldBase.path === "-" || newBase.path === "-")
      throw new TareError({ code: "BAD_USAGE", why: "a base is not read from the standard input", help });
    const epoch = sourceDateEpoch(io.environment);
    const platform = platformFrom(options.platform, help);
    return copying(io, { sources: [source], destination, platform }, options, async (world) => {
      const { rebaseImage } = await import("../../edit/rebase-image.ts");
      const [older, newer] = [await baseAt(oldBase, world), await baseAt(newBase, world)];
      return { edit: (image) => rebaseImage(image, locationText(source), older, newer, { epoch }) };
    });
  },
});

async function baseAt(location: Location, world: CopyWorld) {
  const { image, names } = await world.openOther(location);
  const [reference] = names.flatMap(({ reference }) => reference ?? []);
  return { image, where: locationText(location), name: reference && fullReference(reference) };
}
