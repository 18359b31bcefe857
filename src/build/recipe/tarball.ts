import { z } from "zod";
import { integer, matching, object } from "../yaml/shapes.ts";
import { rootPath, sourcePath } from "./files.ts";

/** `from: tarball` and `from: directory`: files that somebody else packed, or that lie in a folder, as they are. */

const address = matching(
  /^https?:\/\/[^\p{Cc}\s/\\@]+\/[^\p{Cc}\s\\#]{1,2000}$/u,
  "the address of a file, http:// or https://, without a password in it",
);

const hexadecimal = matching(/^(?:sha256:)?[0-9A-Fa-f]{64}$/, "a sha256 of 64 hexadecimal digits")
  .transform((value) => value.replace("sha256:", "").toLowerCase())
  .meta({ is: { type: "string" } });

/** Written like all paths of an image; the root itself is empty. */
const to = rootPath.default("").describe("The folder of the image that its files go below (default: /)");

const insideFolder = sourcePath.refine((path) => path !== ".", "must be below the recipe's folder");

export const tarballPackages = object({
  from: z
    .literal("tarball")
    .describe(
      "A tarball, plain or compressed with gzip, zstd, xz or bzip2, with owners, modes and attributes as it has them: a whole root, or a program; of a path that it has twice the last counts; excludes counts for it",
    ),
  file: insideFolder.optional().describe("The tarball, relative to the recipe's folder and inside it"),
  url: address.optional().describe("Instead of a file: where it is fetched from"),
  sha256: hexadecimal
    .optional()
    .describe("What the file's sha256 must be; an address needs one, since nothing else vouches for it"),
  "strip-components": integer(1, 1000)
    .optional()
    .describe(
      "How many leading parts its paths lose, as with GNU tar: what has no more of them is left out (default: none)",
    ),
  to,
}).superRefine((value, context) => {
  if ((value.file === undefined) === (value.url === undefined))
    context.addIssue({
      code: "custom",
      message: `must have one of file and url, not ${value.file === undefined ? "none" : "both"}`,
    });
  else if (value.url !== undefined && value.sha256 === undefined)
    context.addIssue({ code: "custom", message: "needs sha256 beside url: nothing else vouches for it" });
});

export const directoryPackages = object({
  from: z
    .literal("directory")
    .describe(
      "A folder with everything in it: root's, and without times, so that the same files make the same image; excludes counts for it",
    ),
  path: insideFolder.describe(
    "The folder, relative to the recipe's folder and inside it; a .dockerignore at its top counts",
  ),
  to,
});
