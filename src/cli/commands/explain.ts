import { TareError } from "../../errors.ts";
import { isLocation } from "../../images/location.ts";
import { explanationText } from "../../report/explanation.ts";
import { command, recipeOptions } from "../command.ts";

/** @throws BAD_LOCATION for a path where an image or a tarball lies */
async function refuseImage(text: string, folder: string): Promise<void> {
  if (/\.ya?ml$/i.test(text)) return;
  const { meantLocation } = await import("../../images/meant-location.ts");
  const meant = await meantLocation(text, folder);
  if (meant?.startsWith("did you mean") !== true) return;
  throw new TareError({ code: "BAD_LOCATION", text, why: `it is no recipe; ${meant}` });
}

export const explain = command({
  name: "explain",
  summary: "Tell what a build of the recipe does, or what an image is, and how to do it by hand",
  about: [
    "Goes through the build step by step, in plain words, each with the commands of well-known programs that come to the same: who vouches for the packages, which they are, how their files become layers and the layers an image. Nothing is written. All commands of a recipe, in order, are one script for bash: run by root in the recipe's folder, it makes the image in a new folder of its own.",
    "Packages are those of tare.lock when it fits the recipe; otherwise they are chosen now, as `tare lock` would.",
    "Of an image it shows the files that it is: tarballs, their digests, two JSON documents, the chain of IDs. The commands look at them with tar and sha256sum, and make the same image again out of its parts, with the same digests. They are one script for bash.",
  ],
  arguments: [
    {
      name: "WHAT",
      summary:
        "The recipe, or a folder with a tare.yaml (default: this folder); or where an image is, as oci:FOLDER",
    },
  ],
  options: recipeOptions,
  examples: [
    { does: "Read how tare.yaml becomes an image", line: "tare explain | less" },
    { does: "See what an image is made of", line: "tare explain docker-archive:hello.tar" },
    {
      does: "Have the commands as a script",
      line: "tare explain oci:image:1 --json | jq -r '.steps[].commands[]' >by-hand.sh",
    },
  ],
  async run({ arguments: [argument], options }, io) {
    const isImage = argument !== undefined && isLocation(argument);
    if (isImage && options.file !== undefined)
      throw new TareError({
        code: "BAD_USAGE",
        why: "it explains an image or a recipe, not both",
        help: "tare explain --help",
      });
    if (argument !== undefined && !isImage) await refuseImage(argument, io.folder);
    const explanation = isImage
      ? await (await import("../explain-location.ts")).explainLocation(io, argument, options.platform)
      : await (await import("../explain-recipe-file.ts")).explainRecipeFile(io, argument, options);
    io.out(options.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, io));
    return 0;
  },
});
