import type { PathRule } from "../model/segment.ts";

/**
 * What a running container has no use for: documentation, translations, package checkers' notes. Copyright files
 * stay, since licences ask for it; so do the tables that map locale names.
 */
export const defaultExcludes: readonly PathRule[] = [
  exclude("/usr/share/doc/*"),
  include("/usr/share/doc/*/copyright"),
  exclude("/usr/share/doc-base/*"),
  exclude("/usr/share/man/*"),
  exclude("/usr/share/info/*"),
  exclude("/usr/share/groff/*"),
  exclude("/usr/share/help/*"),
  exclude("/usr/share/gnome/help/*"),
  exclude("/usr/share/gtk-doc/*"),
  exclude("/usr/share/lintian/*"),
  exclude("/usr/share/linda/*"),
  exclude("/usr/share/bug/*"),
  exclude("/usr/share/locale/*"),
  include("/usr/share/locale/locale.alias"),
];

/** Rules that keep the translations of some locales: `de` keeps `de`, `de_AT`, `de@euro`. */
export function keepLocales(locales: readonly string[]): PathRule[] {
  return locales.flatMap((locale) => [
    include(`/usr/share/locale/${locale}/*`),
    include(`/usr/share/locale/${locale}[_@]*`),
  ]);
}

export function exclude(glob: string): PathRule {
  return { action: "exclude", glob };
}

export function include(glob: string): PathRule {
  return { action: "include", glob };
}

/** Whether the rules leave a path (relative to the root) out. The last rule that matches decides. */
export function isExcluded(path: string, rules: readonly PathRule[]): boolean {
  const absolute = `/${path}`;
  return rules.findLast((rule) => matchesGlob(absolute, rule.glob))?.action === "exclude";
}

/**
 * fnmatch(3) without flags: `*` and `?` match slashes too, `[a-z]` and `[!a]` are sets, `\` takes the next character
 * as it is. Runs in time proportional to text × glob, whatever the glob.
 */
export function matchesGlob(text: string, glob: string): boolean {
  let at = 0;
  let pattern = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const step = glob[pattern] === "*" ? 0 : matchOne(text[at] as string, glob, pattern);
    if (glob[pattern] === "*") {
      star = pattern;
      resume = at;
      pattern += 1;
    } else if (step > 0) {
      at += 1;
      pattern += step;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      pattern = star + 1;
    } else return false;
  }
  while (glob[pattern] === "*") pattern += 1;
  return pattern === glob.length;
}

/** Length of the pattern element at `at` when it matches the character; 0 when it does not. */
function matchOne(character: string, glob: string, at: number): number {
  const element = glob[at];
  if (element === undefined) return 0;
  if (element === "?") return 1;
  if (element === "\\" && at + 1 < glob.length) return glob[at + 1] === character ? 2 : 0;
  if (element === "[") {
    const end = glob.indexOf("]", glob[at + 1] === "!" || glob[at + 1] === "^" ? at + 3 : at + 2);
    if (end > 0) return inSet(character, glob.slice(at + 1, end)) ? end + 1 - at : 0;
  }
  return element === character ? 1 : 0;
}

function inSet(character: string, set: string): boolean {
  const negated = set[0] === "!" || set[0] === "^";
  const members = negated ? set.slice(1) : set;
  let found = false;
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] as string;
    if (members[at + 1] === "-" && at + 2 < members.length) {
      if (character >= from && character <= (members[at + 2] as string)) found = true;
      at += 2;
    } else if (character === from) found = true;
  }
  return found !== negated;
}
