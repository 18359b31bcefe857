import { nearest } from "../../bytes/nearest.ts";
import type { Refuse } from "./refuse.ts";

/** What a flag takes: a value, true or false, or a value each time that it stands there. */
export type FlagKind = "text" | "truth" | "texts";

/** An instruction's flags, read once. */
export interface Flags {
  text(name: string): string | undefined;
  truth(name: string): boolean | undefined;
  texts(name: string): readonly string[];
}

/** @throws BAD_DOCKERFILE for a flag that the instruction does not know, or that stands twice */
export function readFlags(
  given: readonly string[],
  kinds: Readonly<Record<string, FlagKind>>,
  instruction: string,
  refuse: Refuse,
): Flags {
  const values = new Map<string, string[]>();
  for (const flag of given) {
    const equals = flag.indexOf("=");
    const name = flag.slice(2, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : flag.slice(equals + 1);
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const meant = nearest(name, Object.keys(kinds));
      refuse(
        `${instruction} has no flag --${name}${meant === undefined ? "" : `; did you mean --${meant}?`}`,
      );
    }
    if (value === undefined && kind !== "truth") refuse(`--${name} needs a value, as in --${name}=VALUE`);
    if (kind === "truth" && !/^(?:true|false)$/i.test(value ?? "true"))
      refuse(`--${name} is true or false, not ${JSON.stringify(value)}`);
    const before = values.get(name);
    if (before !== undefined && kind !== "texts") refuse(`--${name} stands twice`);
    values.set(name, [...(before ?? []), value ?? "true"]);
  }
  return {
    text: (name) => values.get(name)?.[0],
    truth: (name) => {
      const value = values.get(name)?.[0];
      return value === undefined ? undefined : value.toLowerCase() === "true";
    },
    texts: (name) => values.get(name) ?? [],
  };
}
