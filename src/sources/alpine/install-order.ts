import { byText } from "../../bytes/text.ts";
import { parseApkDependencies, parseApkProvisions } from "../../formats/apk/dependency.ts";
import type { PlacedApk } from "./placed-apk.ts";
import type { World } from "./world.ts";

/**
 * The order in which apk installs: from what was asked for, by the names in the world, each after what it depends on, in the order of its
 * own list; circles are cut where they are entered. A package of `install_if` comes as soon as all is there that sets it
 * off (apk-tools, `solver.c`, `cset_gen_name_change`). The rest follows by name.
 */
export function installOrder(packages: readonly PlacedApk[], { nameOf }: Pick<World, "nameOf">): PlacedApk[] {
  const isAsked = (one: PlacedApk) => Number(nameOf(one) !== undefined);
  const key = (one: PlacedApk) => nameOf(one) ?? one.info.name;
  const sorted = [...packages].sort((a, b) => isAsked(b) - isAsked(a) || byText(key(a), key(b)));
  const links = linksOf(sorted);
  const entered = new Set<PlacedApk>();
  const ordered: PlacedApk[] = [];
  const path: { readonly one: PlacedApk | undefined; readonly next: readonly PlacedApk[]; at: number }[] = [];
  path.push({ one: undefined, next: sorted, at: 0 });
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const next = frame.next[frame.at];
    frame.at += 1;
    if (next !== undefined) {
      if (entered.has(next)) continue;
      entered.add(next);
      path.push({ one: next, next: links.needsOf(next), at: 0 });
      continue;
    }
    path.pop();
    if (frame.one === undefined) continue;
    ordered.push(frame.one);
    path.push({ one: undefined, next: links.setOffBy(frame.one), at: 0 });
  }
  return ordered;
}

function linksOf(packages: readonly PlacedApk[]) {
  const byName = new Map<string, PlacedApk[]>();
  const waiting = new Map<string, PlacedApk[]>();
  /** Names that a package of `install_if` still waits for. */
  const missing = new Map<PlacedApk, Set<string>>();
  const add = (map: Map<string, PlacedApk[]>, name: string, one: PlacedApk) => {
    const known = map.get(name);
    if (known === undefined) map.set(name, [one]);
    else known.push(one);
  };
  for (const one of packages) {
    for (const name of namesOf(one)) add(byName, name, one);
    const conditions = new Set(namesIn(one.info.installIf, one));
    if (conditions.size > 0) missing.set(one, conditions);
    for (const name of conditions) add(waiting, name, one);
  }
  return {
    needsOf: (one: PlacedApk) => namesIn(one.info.depends, one).flatMap((name) => byName.get(name) ?? []),
    /** What waits for nothing more once a package is there; to be asked once of each. */
    setOffBy(one: PlacedApk): PlacedApk[] {
      const ready: PlacedApk[] = [];
      for (const name of namesOf(one)) {
        for (const each of waiting.get(name) ?? []) {
          const conditions = missing.get(each);
          if (conditions?.delete(name) && conditions.size === 0) ready.push(each);
        }
        waiting.delete(name);
      }
      return ready;
    },
  };
}

/** All names that a package goes by. */
function namesOf({ info }: PlacedApk): ReadonlySet<string> {
  const provided = parseApkProvisions(info.provides.join(" "), info.name).map(({ name }) => name);
  return new Set([info.name, ...provided]);
}

function namesIn(words: readonly string[], { info }: PlacedApk): string[] {
  return parseApkDependencies(words.join(" "), info.name)
    .filter(({ conflict }) => !conflict)
    .map(({ name }) => name);
}
