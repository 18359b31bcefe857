import type { Bytes } from "../bytes/bytes.ts";
import { mergeEntries } from "../images/flatten.ts";
import type { SegmentNotes } from "../layers/segment.ts";
import type { Entry } from "../model/entry.ts";
import type { Repeated } from "../model/segment.ts";
import type { OpenedPackage, Unpacker } from "../model/source.ts";

/** Paths that a package brings more than once, or in two ways that come to one; undefined when there are none. */
export function repeatedIn({ entries, paths, leftOut }: SegmentNotes): Repeated | undefined {
  const repeated = twiceIn(paths.filter((path) => !leftOut.has(path)));
  // Two folders may come to one by a link of the distribution, and nothing is wrong with that.
  const files = new Set(entries.filter(({ type }) => type !== "directory").map(({ path }) => path));
  for (const path of twiceIn(entries.map(({ path }) => path)))
    if (repeated.size === 0 && files.has(path)) return { count: 1, first: path };
  const [first] = repeated;
  return first === undefined ? undefined : { count: repeated.size, first };
}

function twiceIn(paths: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(paths.filter((path) => seen.size === seen.add(path).size));
}

/**
 * Unpacks what `unpacker` does to what it comes to: of a path that comes more than once the last counts, and what lay
 * below a folder that became something else is gone, as with `tare import` and with programs that unpack.
 * @param again the package's bytes once more: it is read twice
 */
export function eachPathOnce(unpacker: Unpacker, again: () => Bytes, signal: AbortSignal): Unpacker {
  return {
    ...unpacker,
    unpack: (source, size, where, use) =>
      unpacker.unpack(source, size, where, (first) =>
        unpacker.unpack(again(), size, where, (second) => {
          const readings = [first.entries, second.entries].values();
          const open = () => readings.next().value as AsyncIterable<Entry>;
          return use(withEntries(second, mergeEntries([open], { where, signal, whiteouts: false })));
        }),
      ),
  };
}

function withEntries(opened: OpenedPackage, entries: AsyncIterable<Entry>): OpenedPackage {
  return {
    ...opened,
    get date() {
      return opened.date;
    },
    entries,
  };
}
