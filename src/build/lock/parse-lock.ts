import { z } from "zod";
import { type Digest, isDigest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { isOfDistribution } from "../of-distribution.ts";
import { readYaml, type YamlKind } from "../yaml/document.ts";
import { inFileOrder, spotsOf } from "../yaml/problems.ts";
import { integer, matching, object, strictList, text } from "../yaml/shapes.ts";
import type { Lock } from "./lock.ts";

const kind: YamlKind = {
  limit: 16 * 1024 * 1024,
  refuse: (problems) => new TareError({ code: "BAD_LOCK", problems: problems.slice(0, 20) }),
};

const word = () => text(512).min(1, "must not be empty");
const digest = z.custom<Digest>(
  (value) => typeof value === "string" && isDigest(value),
  "must be a digest, as sha256:…",
);
const isPlainPath = (path: string) =>
  !path.split("/").some((segment) => segment === ".." || segment === "." || segment === "");
// Joined to a mirror's URL and to the store's messages, so it may lead nowhere else.
const location = matching(/^(?!\/)[^\0-\x20\\?#]{1,1024}$/, "a path relative to the repository").refine(
  isPlainPath,
  "must be a plain path, without . and ..",
);
/** A package that its project names by its address. */
const address = matching(/^https?:\/\/[^\0-\x20\\/@]+\/[^\0-\x20\\#]{1,2000}$/, "an address");
const place = matching(/^[^\p{Cc}\\]{1,2000}$/u, "a path below the application").refine(
  isPlainPath,
  "must be a plain path, without . and ..",
);
const integrity = matching(/^sha(?:1|256|384|512)-[A-Za-z0-9+/]{20,100}={0,2}$/, "an integrity, as sha512-…");

const repository = object({
  id: word(),
  index: digest.optional(),
  date: matching(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/,
    "a time, as 2026-01-31T12:00:00Z",
  ).optional(),
  keys: strictList(
    matching(/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/, "a fingerprint of 40 upper-case hexadecimal digits"),
  ),
  signed: z.literal("packages", "must be packages").optional(),
});

const lockedPackage = object({
  name: word(),
  version: word(),
  architecture: word(),
  path: place.optional(),
  digest,
  integrity: integrity.optional(),
  size: integer(0, Number.MAX_SAFE_INTEGER),
  location: z.union([location, address]),
  repository: word(),
  source: word(),
  because: strictList(text(4096).min(1, "must not be empty")).default([]),
  "install-if": strictList(word()).optional(),
});

const lockSchema = object({
  version: z.literal("1", "must be 1; a newer tare may have written it"),
  tare: word(),
  recipe: digest,
  inputs: strictList(object({ name: word(), digest })).optional(),
  compressor: word(),
  repositories: strictList(repository),
  platforms: z.record(
    matching(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, "a platform, as linux/amd64"),
    strictList(lockedPackage),
  ),
}).superRefine((lock, context) => {
  const known = new Set(lock.repositories.map(({ id }) => id));
  for (const [platform, packages] of Object.entries(lock.platforms))
    packages.forEach((one, index) => {
      const complain = (field: string, message: string) =>
        context.addIssue({ code: "custom", path: ["platforms", platform, index, field], message });
      if (!known.has(one.repository)) complain("repository", "is none of the repositories above");
      if (one.location.includes("//") && isOfDistribution(one.repository))
        complain("location", "must be a plain path, without . and ..");
    });
});

/** Understands a `tare.lock`. Pure, and a plain value, so callers may remember it. @throws BAD_LOCK, TOO_LARGE */
export function parseLock(text: string, { file }: { readonly file: string }): Lock {
  const yaml = readYaml(text, file, kind);
  const data = yaml.plain([]);
  const parsed = lockSchema.safeParse(data);
  const issues = parsed.success ? [] : parsed.error.issues;
  // Of a lock of another version, nothing else is worth saying.
  const foreign = issues.filter(({ path }) => path[0] === "version");
  const spots = [...yaml.spots, ...spotsOf(foreign.length > 0 ? foreign : issues, yaml)];
  if (!parsed.success || spots.length > 0) throw kind.refuse(inFileOrder(spots));
  const { platforms, inputs, ...rest } = parsed.data;
  return {
    ...rest,
    version: 1,
    ...(inputs && { inputs }),
    repositories: rest.repositories.map(present),
    platforms: Object.entries(platforms).map(([platform, packages]) => ({
      platform,
      packages: packages.map(present),
    })),
  };
}

/** The same without what is undefined: absent and undefined are one in YAML, and not in our types. */
function present<Value extends object>(value: Value): Present<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as Present<Value>;
}

type Present<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };
