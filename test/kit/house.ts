import { posix } from "node:path";

/**
 * The floors of the house, ground floor first. A room is a folder of `src/` or a file right in it.
 * A file may import from its own room and from any lower floor, never from beside it or above.
 */
const floors: readonly (readonly string[])[] = [
  ["errors", "version"],
  ["bytes"],
  ["model"],
  ["formats", "trust", "solver", "http"],
  ["rootfs"],
  ["scripts"],
  ["sources", "registry", "store", "layers"],
  ["images", "weigh", "audit", "trim", "sign", "diff", "explain"],
  ["build", "edit", "extract", "report"],
  ["dockerfile", "run"],
  ["cli", "index"],
];

/** Where other programs may be started, the environment read and the clock asked: everything below gets values. */
const roomsThatMeetTheWorld: readonly string[] = ["build", "cli", "run", "sign"];

/** They cost more to load than most commands take: only an import() where they are used, or their types. */
const heavy =
  /^(?:import|export)\s+(?!type\b)[^;"'`=]*?\sfrom\s*"((?:@npmcli\/|openpgp|pacote|saxes|undici)[^"\n]*)"/gm;

/** Source text by path, `src/bytes/digest.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** One sentence for each thing that the house does not allow. */
export function housePlan(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => [
    ...upwardImports(path, text),
    ...worldlyWays(path, text),
    ...poorExports(path, text),
    ...heavyImports(path, text),
  ]);
}

function upwardImports(path: string, text: string): string[] {
  const from = roomOf(path);
  if (floorOf(from) < 0) return [`${path}: the room ${from} has no floor; give it one in test/kit/house.ts`];
  return importsOf(text)
    .filter((specifier) => specifier.startsWith("."))
    .flatMap((specifier) => {
      const target = posix.join(posix.dirname(path), specifier);
      if (!target.startsWith("src/")) return [`${path} imports ${target}, which is not in the house`];
      const to = roomOf(target);
      const down = floorOf(to) >= 0 && floorOf(to) < floorOf(from);
      return to === from || down ? [] : [`${path} imports ${target}: ${to} is not below ${from}`];
    });
}

function worldlyWays(path: string, text: string): string[] {
  if (roomsThatMeetTheWorld.includes(roomOf(path))) return [];
  const found = importsOf(text)
    .filter((specifier) => /^(node:)?child_process$/.test(specifier))
    .map((specifier) => `${path} imports ${specifier}, but starts no programs`);
  for (const line of codeLines(text)) {
    const way = /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.exec(line);
    if (way) found.push(`${path} uses ${way[0]}: take it as an argument`);
  }
  return found;
}

const globals = new Set(Object.getOwnPropertyNames(globalThis));

function poorExports(path: string, text: string): string[] {
  const found = [];
  if (/^export\s*\*/m.test(text)) found.push(`${path} has export *: list the names`);
  const named =
    /^export\s+(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|function\*?|const|let|interface|type)\s+(\w+)/gm;
  for (const [, name = ""] of text.matchAll(named))
    if (globals.has(name)) found.push(`${path} exports ${name}, the name of a global of Node`);
  return found;
}

function heavyImports(path: string, text: string): string[] {
  return [...text.matchAll(heavy)].map(([, specifier]) => `${path} loads ${specifier} at once: import() it`);
}

/** Every module specifier: static, side effect, re-exported, dynamic; types too. */
function importsOf(text: string): string[] {
  const fixed = [...text.matchAll(/^(?:import|export)\s*(?:[^;"'`=]*?\sfrom\s*)?["']([^"'\n]+)["']/gm)];
  const dynamic = codeLines(text).flatMap((line) => [...line.matchAll(/\bimport\(\s*["']([^"'\n]+)["']/g)]);
  return [...fixed, ...dynamic].map(([, specifier = ""]) => specifier);
}

function codeLines(text: string): string[] {
  return text.split("\n").filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line));
}

function roomOf(path: string): string {
  const [, room = ""] = path.split("/");
  return room.replace(/\.ts$/, "");
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}
