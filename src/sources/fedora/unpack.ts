import { TareError } from "../../errors.ts";
import type { RpmFile } from "../../formats/rpm/files.ts";
import { readRpm } from "../../formats/rpm/package.ts";
import { tag } from "../../formats/rpm/tags.ts";
import type { Entry } from "../../model/entry.ts";
import type { Unpacker } from "../../model/source.ts";
import { capturesFor } from "./captures.ts";
import { ownedByKnown } from "./known-accounts.ts";
import { mergedUsr } from "./merged-usr.ts";
import { scriptletsOf, triggersOf } from "./scriptlets.ts";
import { rememberRpm } from "./unpacked.ts";

/** 9999-12-31: later dates have no RFC 3339 form. */
const latestDate = 253_402_300_799;

/** Opens `.rpm` files. Signatures are not looked at here: see `verifyPackage`. */
export const rpmUnpacker: Unpacker = {
  name: "rpm/1",
  unpack: (source, size, where, use) =>
    readRpm(source, size, where, ({ signature, header, files, entries }) => {
      if (header.text(tag.name) === "filesystem") mustBeMerged(files, where);
      const scripts = [...scriptletsOf(header), ...triggersOf(header)].map(({ text }) => text);
      return use({
        date: Math.min(header.number(tag.buildTime) ?? 0, latestDate),
        entries: owned(entries),
        // The database is one file for all packages.
        record: () => [],
        capture: capturesFor(files, scripts),
        md5: () => false,
        about: () => rememberRpm(signature, header),
      });
    }),
};

/** Which folders are links into `/usr` is what the package `filesystem` says. @throws USR_NOT_MERGED */
function mustBeMerged(files: readonly RpmFile[], what: string): void {
  const own = files.find(
    ({ path, type }) => type === "directory" && mergedUsr.some(({ from }) => from === path),
  );
  if (own !== undefined) throw new TareError({ code: "USR_NOT_MERGED", what, path: own.path });
}

async function* owned(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  for await (const entry of entries) yield ownedByKnown(entry);
}
