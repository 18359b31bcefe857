interface Atom {
  readonly test: (character: string) => boolean;
  readonly star: boolean;
}

/**
 * A basic regular expression (POSIX 9.3) as a test of one line: characters, `.`, `[…]`, `*`, `^` and `$`. Undefined
 * for anything beyond. Follows all ways at once, so that no pattern makes it slow.
 */
export function basicPattern(pattern: string): ((line: string) => boolean) | undefined {
  const anchored = pattern.startsWith("^");
  const ends = pattern.endsWith("$") && !pattern.endsWith("\\$");
  const atoms = atomsOf(pattern.slice(anchored ? 1 : 0, ends ? -1 : undefined));
  if (!atoms || pattern.length > 1000) return undefined;
  return (line) => {
    let states = skip(atoms, [0]);
    if (!ends && states.has(atoms.length)) return true;
    for (const character of line) {
      const next = [...states].flatMap((state) => {
        const atom = atoms[state];
        if (!atom?.test(character)) return [];
        return [atom.star ? state : state + 1];
      });
      states = skip(atoms, anchored ? next : [...next, 0]);
      if (!ends && states.has(atoms.length)) return true;
    }
    return states.has(atoms.length);
  };
}

/** States, and those behind atoms that may be absent. */
function skip(atoms: readonly Atom[], states: readonly number[]): Set<number> {
  const reached = new Set(states);
  // A set goes on to what is added while it is gone through.
  for (const state of reached) if (atoms[state]?.star) reached.add(state + 1);
  return reached;
}

function atomsOf(text: string): Atom[] | undefined {
  const atoms: Atom[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length; at += 1) {
    let test: Atom["test"];
    const character = characters[at] as string;
    if (character === "[") {
      const start = characters[at + 1] === "^" ? at + 2 : at + 1;
      const end = characters.indexOf("]", start + 1);
      const set = characters.slice(start, end);
      // Classes like [:space:] are not followed.
      if (end < 0 || set.includes("[")) return undefined;
      const ranges = set.flatMap((one, index): [string, string][] => {
        if (one === "-" && index > 0 && index < set.length - 1) return [];
        return [[one, set[index + 1] === "-" && index + 2 < set.length ? (set[index + 2] as string) : one]];
      });
      const negated = characters[at + 1] === "^";
      test = (one) => ranges.some(([from, to]) => one >= from && one <= to) !== negated;
      at = end;
    } else if (character === "\\") {
      at += 1;
      const escaped = characters[at];
      // \( \| \+ and the like mean more than a character.
      if (escaped === undefined || !/[.*[\]^$\\/-]/.test(escaped)) return undefined;
      test = (one) => one === escaped;
    } else if (character === ".") test = () => true;
    else test = (one) => one === character;
    const star = characters[at + 1] === "*";
    if (star) at += 1;
    atoms.push({ test, star });
  }
  return atoms;
}
