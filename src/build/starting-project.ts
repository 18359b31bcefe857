import { lstat } from "node:fs/promises";
import { join, posix } from "node:path";
import { readPackageJson } from "../sources/npm/tree/project-files.ts";
import type { StartingProject } from "./recipe/starting-recipe.ts";

/**
 * What a folder's package.json says of how to run it; undefined where there is none. `folder` is absolute.
 * @throws UNREADABLE, BAD_PROJECT, TOO_LARGE
 */
export async function startingProject(folder: string): Promise<StartingProject | undefined> {
  const manifest = await readPackageJson(folder);
  if (manifest === undefined) return undefined;
  const name = textAt(manifest, "name");
  const engine = textAt(manifest, "engines", "node");
  const node = engine === undefined ? undefined : nodeFor(engine);
  const command = await commandOf(folder, manifest);
  return {
    ...(name !== undefined && { name: name.replace(/^@[^/]*\//, "") }),
    node: node ?? usual,
    ...(engine !== undefined && node === undefined && { unclear: engine.slice(0, 80) }),
    ...(command !== undefined && { command }),
  };
}

const usual = "24";

/**
 * The version of Node.js for `engines.node`, as recipes have it: the usual one where that is new enough, else the
 * newest of those that are named. Undefined where more than a simple range stands there.
 */
export function nodeFor(engine: string): string | undefined {
  const found = engine.split("||", 20).map((range) => nodeForRange(range.trim()));
  const wanted = found.filter((version) => version !== undefined);
  if (wanted.length < found.length) return undefined;
  return wanted.includes(usual) ? usual : wanted.toSorted((a, b) => majorOf(b) - majorOf(a))[0];
}

function nodeForRange(range: string): string | undefined {
  if (range === "" || range === "*" || range === "x") return usual;
  const match = /^(>=|\^|~|=|v)?\s*v?(\d{1,3})((?:\.\d{1,5}){0,2})(?:\.[x*]){0,2}$/.exec(range);
  if (!match) return undefined;
  const [, sign = "", major = "", rest = ""] = match;
  if (sign === ">=" && Number(major) <= Number(usual)) return usual;
  if (sign === ">=") return major;
  return sign === "^" || sign === "~" ? `${sign}${major}${rest}` : major + rest;
}

function majorOf(version: string): number {
  return Number.parseInt(version.replace(/^[\^~]/, ""), 10);
}

/** Words without anything that a shell would look at, after `node`. */
const plainStart = /^node((?: +[A-Za-z0-9_@./:=,+-]{1,256}){1,32})$/;

/** As npm starts it, where that takes no shell; else by `main`, or by what is usual. Undefined when nothing is there. */
async function commandOf(
  folder: string,
  manifest: Readonly<Record<string, unknown>>,
): Promise<readonly string[] | undefined> {
  const start = plainStart.exec((textAt(manifest, "scripts", "start") ?? "").trim());
  if (start?.[1] !== undefined) return ["node", ...start[1].trim().split(/ +/)];
  const main = inside(textAt(manifest, "main"));
  const mains = main === undefined ? [] : [main, `${main}.js`, posix.join(main, "index.js")];
  for (const file of [...mains, "server.js", "index.js", "app.js"])
    if (await isFile(join(folder, file))) return ["node", file];
  // It may be built later.
  return main === undefined ? undefined : ["node", main];
}

function inside(path: string | undefined): string | undefined {
  const normal = path === undefined ? "." : posix.normalize(path).replace(/\/$/, "");
  return /^(?:\.|\.\.|\.\.\/.*|\/.*)$/.test(normal) || /\p{Cc}/u.test(normal) ? undefined : normal;
}

async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isFile() ?? false;
}

/** The text that lies there, if it does. */
function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  let inner = value;
  for (const key of keys)
    inner =
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined;
  return typeof inner === "string" ? inner : undefined;
}
