import { byText } from "../../bytes/text.ts";
import { parseApkDependency, parseApkProvisions } from "../../formats/apk/dependency.ts";
import type { PlacedApk } from "./placed-apk.ts";

/** What was asked for, as apk keeps it. */
export interface World {
  /**
   * `etc/apk/world`: a line each, as `apk add` would have written it. Versions stay, so that a later `apk upgrade` keeps
   * to them. Tags do not: as long as apk knows no repository of a tag, it changes nothing at all.
   */
  readonly text: string;
  /** By which name a package was asked for; of several, the first. */
  readonly nameOf: (one: PlacedApk) => string | undefined;
}

/** @param include as the recipe has it; what else was asked for is there by the names of its packages */
export function worldOf(packages: readonly PlacedApk[], include: readonly string[]): World {
  const words = new Map<string, string>();
  for (const text of include) {
    const { name, operator = "", version = "" } = parseApkDependency(text, "include");
    words.set(name, `${name}${operator}${version}`);
  }
  const named = new Map<PlacedApk, string>();
  for (const one of packages) {
    const { info, wanted } = one;
    const provided = parseApkProvisions(info.provides.join(" "), info.name).map(({ name }) => name);
    const [name = info.name] = [info.name, ...provided].filter((each) => words.has(each)).sort(byText);
    if (words.has(name) || wanted.because.length === 0) named.set(one, name);
  }
  for (const name of named.values()) if (!words.has(name)) words.set(name, name);
  const sorted = [...words].sort(([a], [b]) => byText(a, b));
  return { text: sorted.map(([, word]) => `${word}\n`).join(""), nameOf: (one) => named.get(one) };
}
