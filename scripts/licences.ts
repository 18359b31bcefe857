import { globSync, readFileSync } from "node:fs";
import type { Metafile } from "esbuild";

/** The licence of every package that went into a bundle, as its authors ship it, in alphabetical order. */
export function licencesOf(...bundles: readonly Metafile[]): string {
  const folders = bundles.flatMap((bundle) => Object.keys(bundle.inputs).flatMap(packageFolderOf));
  return [...new Set(folders)].sort().map(licenceOf).join("\n");
}

/** `node_modules/@scope/name/lib/file.js` is in `node_modules/@scope/name`; a file of our own is in none. */
function packageFolderOf(input: string): string[] {
  const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
  return match ? [match[0]] : [];
}

function licenceOf(folder: string): string {
  const about = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const [file] = globSync(`${folder}/{LICENSE,LICENCE,COPYING}*`).sort();
  // Few ship no text; their manifest then names a well-known licence.
  const text = file
    ? readFileSync(file, "utf8").trim()
    : `By ${nameOf(about.author)}, under ${about.license}.`;
  return `${about.name} ${about.version} (${about.license})\n${"-".repeat(72)}\n${text}\n`;
}

function nameOf(author: string | { name: string } | undefined): string {
  if (author === undefined) throw new Error("a bundled package names neither licence text nor author");
  return typeof author === "string" ? author : author.name;
}
