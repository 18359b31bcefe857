import { z } from "zod";
import { type Digest, isDigest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
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
// Joined to a mirror's URL and to the store's messages, so it may lead nowhere else.
const location = matching(/^(?!\/)[^\0-\x20\\?#]{1,1024}$/, "a path relative to the repository").refine(
  (path) => !path.split("/").some((segment) => segment === ".." || segment === "." || segment === ""),
  "must be a plain path, without . and ..",
);

const repository = object({
  id: word(),
  index: digest,
  date: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/, "a time, as 2026-01-31T12:00:00Z"),
  keys: strictList(
    matching(/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/, "a fingerprint of 40 upper-case hexadecimal digits"),
  ),
});

const lockedPackage = object({
  name: word(),
  version: word(),
  architecture: word(),
  digest,
  size: integer(0, Number.MAX_SAFE_INTEGER),
  location,
  repository: word(),
  source: word(),
  because: strictList(word()).default([]),
});

const lockSchema = object({
  version: z.literal("1", "must be 1; a newer tare may have written it"),
  tare: word(),
  recipe: digest,
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
      const path = ["platforms", platform, index, "repository"];
      if (!known.has(one.repository))
        context.addIssue({ code: "custom", path, message: "is none of the repositories above" });
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
  const { platforms, ...rest } = parsed.data;
  return {
    ...rest,
    version: 1,
    platforms: Object.entries(platforms).map(([platform, packages]) => ({ platform, packages })),
  };
}
