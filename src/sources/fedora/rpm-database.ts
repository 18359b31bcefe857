import { encodeText } from "../../bytes/text.ts";
import type { RpmHeader } from "../../formats/rpm/header.ts";
import { type Installation, installedHeader } from "../../formats/rpm/installed-header.ts";
import { databaseKeys, databaseTables } from "./rpm-database-keys.ts";

/** A package that is installed: its two headers as they were in its file, and what became of it. */
export interface InstalledRpm extends Installation {
  readonly signature: RpmHeader;
  readonly header: RpmHeader;
}

/**
 * The rpm database of these packages, as rpm's sqlite backend lays it out (rpm, lib/backend/sqlite.c): the headers, and
 * a table for each tag that is looked up. The same packages in the same order give the same bytes, with any version
 * of SQLite: it is filled in one go and packed, and says nothing of who made it.
 */
export function rpmDatabase(packages: readonly InstalledRpm[]): Uint8Array {
  // Loaded here, for most builds have no use for it.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(":memory:");
  try {
    database.exec("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; BEGIN");
    database.exec("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)");
    const addPackage = database.prepare("INSERT INTO Packages VALUES (?, ?)");
    for (const [at, one] of packages.entries())
      addPackage.run(at + 1, installedHeader(one.signature, one.header, one));
    for (const table of databaseTables) {
      database.exec(
        `CREATE TABLE '${table.name}' (key '${table.type}' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, ` +
          "FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))",
      );
      // Texts are bytes, and not always UTF-8.
      const key = table.type === "TEXT" ? "CAST(? AS TEXT)" : "?";
      const add = database.prepare(`INSERT INTO '${table.name}' VALUES (${key}, ?, ?)`);
      for (const [at, one] of packages.entries())
        for (const { key, index } of databaseKeys(table, one))
          add.run(typeof key === "string" ? encodeText(key) : key, at + 1, index);
      for (const column of table.indexed)
        database.exec(`CREATE INDEX '${table.name}_${column}_idx' ON '${table.name}'(${column} ASC)`);
    }
    database.exec("COMMIT; VACUUM");
    return anonymous(database.serialize());
  } finally {
    database.close();
  }
}

/** Without the version of SQLite and its count of changes (SQLite's file format, 1.3): they are all that may differ. */
function anonymous(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  for (const [at, value] of [
    [24, 1],
    [92, 1],
    [96, 3_040_000],
  ] as const)
    copy.writeUInt32BE(value, at);
  return copy;
}
