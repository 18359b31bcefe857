import { z } from "zod";
import { flag, listOf, matching, object, text } from "../yaml/shapes.ts";
import { address } from "./repository-shapes.ts";

/** `from: alpine`, and others whose packages are apk's. */

const release = matching(/^(?:v?[0-9]{1,3}\.[0-9]{1,3}|edge|latest-stable)$/, "a release, as 3.22 or edge")
  .transform((value) => value.replace(/^(?=[0-9])/, "v"))
  .meta({ is: { type: ["string", "number"] } });
const component = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "a part of a release, as main or community");
const wanted =
  "a package as apk takes it: busybox, nginx>1.24, nginx~1.24, nginx=1.24.0-r1, so:libz.so.1 or NAME@TAG";
const want = z
  .string()
  .regex(/^[A-Za-z0-9_.][^\s@!]{0,255}(?:@[A-Za-z0-9._-]{1,100}(?:[<>=~][^\s@!]{1,255})?)?$/, {
    error: ({ input }) =>
      String(input).startsWith("!")
        ? "is what must not be there: write it under exclude, without the !"
        : `must be ${wanted}`,
    abort: true,
  })
  .max(4096, "is too long")
  .meta({ wanted });
const packageName = matching(/^[A-Za-z0-9_.][A-Za-z0-9_.+-]{0,126}$/, "a package name, as busybox");
const keyFile = text().describe(
  "A public key (NAME.rsa.pub), or a folder of them: a path that starts at the recipe's folder, or an absolute one of the host",
);
const fingerprint = z
  .string()
  .transform((value) =>
    value
      .replace(/^sha256:/i, "")
      .replaceAll(/[ :]/g, "")
      .toUpperCase(),
  )
  .pipe(z.string().regex(/^[0-9A-F]{64}$/, "must be a key's sha256: 64 hexadecimal digits"))
  .meta({ wanted: "the sha256 of a key: 64 hexadecimal digits" });

const repository = object({
  url: listOf(address).describe("Where it is: what is above x86_64/; several are mirrors of each other"),
  tag: matching(/^[A-Za-z0-9._-]{1,100}$/, "a tag, as edge")
    .optional()
    .describe("Packages come from here only where they are asked for as NAME@TAG"),
  keyring: listOf(keyFile).optional().describe("Its keys (default: keyring of the item)"),
  keys: listOf(fingerprint)
    .optional()
    .describe(
      "Which of them may sign it (default: keys of the item where its keyring counts, else any of them)",
    ),
  "allow-unsigned": flag().default(false).describe("Take it without a signature; the report says so"),
});

export const alpinePackages = object({
  from: z
    .enum(["alpine", "apk", "wolfi", "chainguard"])
    .describe("Packages of Alpine, or with repositories of your own of Wolfi and others that have apks"),
  release: release
    .optional()
    .describe("Alpine's release, as 3.22 or edge; without one, only repositories count"),
  components: listOf(component).default(["main"]).describe("Parts of the release (default: main)"),
  mirror: listOf(address)
    .optional()
    .describe(
      "Mirrors of Alpine, tried in this order: what is above v3.22/ (default: TARE_ALPINE_MIRROR, else the host's etc/apk/repositories)",
    ),
  repositories: listOf(repository, 50).default([]).describe("More repositories, or all of them"),
  keyring: listOf(keyFile)
    .optional()
    .describe("The keys that vouch for indexes (default: the host's etc/apk/keys)"),
  keys: listOf(fingerprint)
    .default([])
    .describe("sha256 of the keys that may sign (of their DER form; default: any key of the keyring)"),
  "allow-unsigned": flag()
    .default(false)
    .describe("Take indexes without a valid signature; the report says so (default: false)"),
  include: listOf(want)
    .default([])
    .describe("Packages to have, as in etc/apk/world: busybox, nginx>1.24, nginx~1.24, NAME@TAG"),
  exclude: listOf(packageName)
    .default([])
    .describe("Packages that must not be there; that one is needed is an error"),
}).superRefine((value, context) => {
  if (value.release === undefined && value.repositories.length === 0)
    context.addIssue({ code: "custom", message: "must have release, or repositories" });
  if (value.release === undefined && value.mirror !== undefined)
    context.addIssue({ code: "custom", path: ["mirror"], message: "goes only with release" });
});
