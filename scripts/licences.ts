import { readdirSync, readFileSync } from "node:fs";
import type { Metafile } from "esbuild";

/** The licence of every package that went into a bundle, as its authors ship it, in alphabetical order. */
export function licencesOf(...bundles: readonly Metafile[]): string {
  const folders = bundles.flatMap((bundle) => Object.keys(bundle.inputs).flatMap(packageFolderOf));
  // One version may lie in several folders.
  return [...new Set([...new Set(folders)].map(licenceOf))].sort().join("\n");
}

/** `node_modules/@scope/name/lib/file.js` is in `node_modules/@scope/name`; a file of our own is in none. */
function packageFolderOf(input: string): string[] {
  const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
  return match ? [match[0]] : [];
}

function licenceOf(folder: string): string {
  const about = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)\b/i.test(name));
  const texts = files.sort().map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
  // Few ship no text; their manifest then names a well-known licence.
  if (texts.length === 0) texts.push(`By ${nameOf(about)}, under ${about.license}.`);
  return `${about.name} ${about.version} (${about.license})\n${"-".repeat(72)}\n${texts.join("\n\n")}\n`;
}

function nameOf({ name, author }: { name: string; author?: string | { name: string } }): string {
  if (author === undefined) throw new Error(`${name} names neither licence text nor author`);
  return typeof author === "string" ? author : author.name;
}
