import type { PathRule } from "../model/segment.ts";
import { shellPattern } from "../rootfs/glob.ts";

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
export function excluder(rules: readonly PathRule[]): (path: string) => boolean {
  const ruled = rulings(rules);
  return (path) => ruled(path) === "exclude";
}

/** What the rules say of a path (relative to the root): the last one that matches decides, undefined when none does. */
export function rulings(rules: readonly PathRule[]): (path: string) => PathRule["action"] | undefined {
  const known = rules.map(({ action, glob }) => ({ action, matches: shellPattern(glob) }));
  return (path) => {
    const absolute = `/${path}`;
    return known.findLast(({ matches }) => matches(absolute))?.action;
  };
}
