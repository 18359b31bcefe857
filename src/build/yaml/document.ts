import type { Document, Node, Pair, Scalar } from "yaml";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { type Spot, TareError } from "../../errors.ts";

const maxDepth = 32;
/** Counts what an alias stands for each time it is used, so a few nested aliases cannot fill the memory. */
const maxNodes = 100_000;

/** Plain data of a YAML file: every scalar is its own text, so that `1.10`, `no` and `0755` stay what was written. */
type Plain = string | readonly Plain[] | { readonly [key: string]: Plain };

/** Steps from the root of the data to one value in it. */
export type Path = readonly PropertyKey[];

/** Says what is wrong at one place, as a sentence without its full stop. */
export type Complain = (why: string) => void;

/** What kind of file it is: how large it may be, in characters, and how its mistakes are thrown. */
export interface YamlKind {
  readonly limit: number;
  readonly refuse: (spots: readonly Spot[]) => TareError;
}

/** A YAML text that was understood, with the way back from its data to lines and columns. */
export interface YamlText {
  /**
   * The data below `path`, or undefined when there is nothing. `replace` sees every scalar value (not the keys) and
   * returns what stands there instead.
   */
  plain(path: Path, replace?: (text: string, complain: Complain) => string): Plain | undefined;
  /** What {@link plain} found wrong so far. */
  readonly spots: readonly Spot[];
  /** The place of a value, or of the key `key` in the mapping that `path` leads to. */
  spotOf(path: Path, why: string, key?: string): Spot;
}

/**
 * Reads YAML 1.2 with its failsafe schema: no merge keys, no custom tags, no guessing of types. Aliases are followed.
 * @throws TOO_LARGE, and what `refuse` makes of the text's own mistakes
 */
export function readYaml(text: string, file: string, { limit, refuse }: YamlKind): YamlText {
  if (text.length > limit) throw new TareError({ code: "TOO_LARGE", what: file, limit });
  const lines = new LineCounter();
  const document = parsed(text, file, lines, refuse);
  const mistakes = document.errors.map((error) => ({
    file,
    ...lineOf(lines, error.pos[0]),
    why: error.message.replace(/\s+/g, " ").replace(/[.:]$/, ""),
  }));
  if (mistakes.length > 0) throw refuse(unfinishedMerge(text, file, lines) ?? mistakes);

  const anchors = new Map<string, Node>();
  const spots: Spot[] = [];

  function follow(node: unknown): Node | undefined {
    const target = isAlias(node) ? anchors.get(node.source) : node;
    return isMap(target) || isSeq(target) || isScalar(target) ? target : undefined;
  }
  function spotAt(node: unknown, why: string): Spot {
    const range = (node as Node | undefined)?.range;
    return { file, ...lineOf(lines, range?.[0] ?? 0), why };
  }
  /** The value that a path leads to, and the nearest node to point at when there is none. */
  function walk(path: Path): { node: Node | undefined; near: unknown } {
    let node = follow(document.contents);
    let near: unknown = document.contents;
    for (const step of path) {
      const pair = isMap(node) ? pairOf(node.items, step) : undefined;
      const next = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
      if (next === undefined) return { node: undefined, near };
      near = isEmpty(next) ? (pair?.key ?? next) : next;
      node = follow(next);
    }
    return { node, near };
  }

  return {
    spots,
    plain(path, replace) {
      let count = 0;
      const from = walk(path).node;
      return from === undefined ? undefined : plainOf(from, 0);

      function plainOf(node: unknown, depth: number): Plain {
        count += 1;
        if (count > maxNodes)
          throw refuse([spotAt(node, `the file stands for more than ${maxNodes} values`)]);
        if (depth > maxDepth)
          throw refuse([spotAt(node, `values are nested deeper than ${maxDepth} levels`)]);
        if (isAlias(node)) {
          const target = anchors.get(node.source);
          if (target) return plainOf(target, depth + 1);
          throw refuse([spotAt(node, `nothing before it is called &${node.source}`)]);
        }
        if (isMap(node) || isSeq(node) || isScalar(node)) {
          if (node.anchor) anchors.set(node.anchor, node);
          if (node.tag?.startsWith("!") && node.tag !== "!")
            spots.push(
              spotAt(node, `the tag ${node.tag} is not known; text that begins with ! stands in quotes`),
            );
        }
        if (isMap(node)) return objectOf(node.items, depth);
        if (isSeq(node)) return node.items.map((item) => plainOf(item, depth + 1));
        const text = isScalar(node) && typeof node.value === "string" ? node.value : "";
        return replace ? replace(text, (why) => spots.push(spotAt(node, why))) : text;
      }
      function objectOf(items: readonly Pair[], depth: number): Plain {
        const object: Record<string, Plain> = Object.create(null);
        for (const { key, value } of items) {
          const name = keyText(key);
          if (name === undefined || name === "__proto__")
            spots.push(spotAt(key, "this is no name for a key"));
          else if (name in object) spots.push(spotAt(key, `the key "${name}" is here a second time`));
          else object[name] = plainOf(value, depth + 1);
        }
        return object;
      }
    },
    spotOf(path, why, key) {
      const { node, near } = walk(path);
      const pair = key !== undefined && isMap(node) ? pairOf(node.items, key) : undefined;
      return spotAt(pair ? pair.key : near, why);
    },
  };
}

function parsed(
  text: string,
  file: string,
  lineCounter: LineCounter,
  refuse: (spots: readonly Spot[]) => TareError,
): Document.Parsed {
  try {
    // The parser's own search for repeated keys takes minutes on a file made to be slow; ours is above.
    const options = {
      schema: "failsafe",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    } as const;
    return parseDocument(text, { ...options, lineCounter });
  } catch (cause) {
    // The parser recurses: brackets by the thousand end its stack, and nothing else makes it throw.
    if (!(cause instanceof RangeError)) throw cause;
    throw refuse([{ file, line: 1, column: 1, why: "values are nested too deeply to be read" }]);
  }
}

/** Marks that a version control system leaves make every line after them a mistake: one spot says it all. */
function unfinishedMerge(text: string, file: string, lines: LineCounter): Spot[] | undefined {
  const mark = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text);
  return mark ? [{ file, ...lineOf(lines, mark.index), why: "a merge was left unfinished here" }] : undefined;
}

function lineOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) && typeof key.value === "string" ? key.value : undefined;
}

function pairOf(items: readonly Pair[], key: PropertyKey): Pair | undefined {
  return items.find((item) => keyText(item.key) === String(key));
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && ((node as Scalar).source ?? "") === "" && (node as Scalar).type === "PLAIN";
}
