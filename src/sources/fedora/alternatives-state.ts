/** One program that may stand for a name. */
export interface Candidate {
  readonly path: string;
  readonly priority: number;
  readonly family?: string;
  /** A service that goes with it. */
  readonly initscript?: string;
  /** By a follower's name; those that it does not have are not there. */
  readonly followers: ReadonlyMap<string, string>;
}

/** What chkconfig remembers of one name: `/var/lib/alternatives/NAME`. */
export interface AlternativesState {
  readonly automatic: boolean;
  readonly link: string;
  /** Names that come and go with it to their links, in the file's order. */
  readonly followers: ReadonlyMap<string, string>;
  /** At least one, in the order in which they came. */
  readonly candidates: readonly Candidate[];
}

/** `@FAMILY@PRIORITY INITSCRIPT`, the first and the last only where there are any. */
const priorityLine = /^(?:@([^@\n]+)@)?\s*(-?[0-9]{1,9})(?:\s+(.*))?$/;

/** Reads that file (chkconfig, alternatives.c, readConfig); undefined for what is none. */
export function parseAlternatives(text: string): AlternativesState | undefined {
  const lines = text.split("\n").map((line) => line.trimStart());
  const [mode, link] = lines;
  if ((mode !== "auto" && mode !== "manual") || !link?.startsWith("/")) return undefined;
  let at = 2;
  const followers = new Map<string, string>();
  for (; lines[at]; at += 2) followers.set(lines[at] as string, lines[at + 1] ?? "");
  at += 1;
  const candidates: Candidate[] = [];
  for (; lines[at]; at += 2 + followers.size) {
    const [, family, priority, initscript] = priorityLine.exec(lines[at + 1] ?? "") ?? [];
    const path = lines[at] as string;
    if (!path.startsWith("/") || priority === undefined) return undefined;
    const paths = [...followers.keys()].flatMap((name, index) => {
      const own = lines[at + 2 + index];
      return own ? [[name, own] as const] : [];
    });
    candidates.push({
      path,
      priority: Number(priority),
      ...(family !== undefined && { family }),
      ...(initscript && { initscript }),
      followers: new Map(paths),
    });
  }
  return candidates.length === 0 ? undefined : { automatic: mode === "auto", link, followers, candidates };
}

/** That file, byte for byte as chkconfig writes it (writeState). */
export function formatAlternatives({ automatic, link, followers, candidates }: AlternativesState): string {
  const lines = [automatic ? "auto" : "manual", link];
  for (const [name, place] of followers) lines.push(name, place);
  lines.push("");
  for (const { path, priority, family, initscript, followers: own } of candidates) {
    const before = family === undefined ? "" : `@${family}@`;
    const after = initscript === undefined ? "" : ` ${initscript}`;
    lines.push(path, `${before}${priority}${after}`);
    for (const name of followers.keys()) lines.push(own.get(name) ?? "");
  }
  return lines.map((line) => `${line}\n`).join("");
}
