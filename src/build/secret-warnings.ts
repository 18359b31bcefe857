import { posix } from "node:path";
import type { OwnEntry } from "./recipe-files.ts";

/** Names of files and folders that usually hold passwords, keys or all that ever was in a project. */
const secret = new Set([
  ".aws",
  ".azure",
  ".docker",
  ".env",
  ".git",
  ".git-credentials",
  ".gnupg",
  ".hg",
  ".kube",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".ssh",
  ".svn",
  ".yarnrc.yml",
  "_netrc",
  "id_dsa",
  "id_ecdsa",
  "id_ed25519",
  "id_rsa",
]);

/** `.env.production`; what only shows how one looks is none. */
const environment = /^\.env\.(?!(?:dist|example|sample|template)$)/;

/** More than this are not named. */
const named = 4;

/**
 * What usually holds secrets, and goes along with a folder that the recipe names: nothing, or one sentence. What the
 * recipe names by itself is meant.
 * @param asking the key of the recipe that names the folder
 */
export function secretWarnings(
  entries: readonly Pick<OwnEntry, "found">[],
  asking: "files" | "packages" = "files",
): string[] {
  const way = asking === "files" ? "ignore or .dockerignore" : ".dockerignore";
  const found = new Set(entries.map(secretIn).filter((path) => path !== undefined));
  const [first] = found;
  if (first === undefined) return [];
  const names = [...found].slice(0, named);
  if (found.size > named) names.push(`${found.size - named} more`);
  const all = names.length === 1 ? first : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const [holds, them, meant] = found.size === 1 ? ["holds", "it", "it is"] : ["hold", "them", "they are"];
  return [
    `${asking} takes ${all} along, which usually ${holds} secrets or history: leave ${them} out with ${way}, or name ${them} in an item of files if ${meant} meant.`,
  ];
}

function secretIn({ found }: Pick<OwnEntry, "found">): string | undefined {
  if (found === undefined) return undefined;
  const segments = found.path.split("/");
  const at = segments.findIndex((segment) => secret.has(segment) || environment.test(segment));
  return at < 0 ? undefined : posix.join(found.from, ...segments.slice(0, at + 1));
}
