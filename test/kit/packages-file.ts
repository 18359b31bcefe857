import { createHash } from "node:crypto";
import { openIndex } from "../../src/sources/debian/index/open.ts";
import { packIndex } from "../../src/sources/debian/index/pack.ts";
import type { PackageIndex } from "../../src/sources/debian/index/record.ts";
import type { IndexedRepository, Wants } from "../../src/sources/debian/wants.ts";

/** A stanza as data: field names as the archive spells them. `Package` alone is enough. */
export type StanzaFields = Readonly<Record<string, string>> & { readonly Package: string };

/** The text of a `Packages` file. What a stanza leaves out is filled in, so that every package could be fetched. */
export function packagesText(stanzas: readonly StanzaFields[]): string {
  return stanzas.map((fields) => stanzaText(fields)).join("\n");
}

function stanzaText(given: StanzaFields): string {
  const name = given.Package;
  const version = given.Version ?? "1";
  const architecture = given.Architecture ?? "amd64";
  const filled: Record<string, string> = {
    Version: version,
    Architecture: architecture,
    Priority: "optional",
    Section: "misc",
    Filename: `pool/main/${name[0]}/${name}/${name}_${version.replace(":", ".")}_${architecture}.deb`,
    Size: "1000",
    SHA256: createHash("sha256").update(`${name} ${version} ${architecture}`).digest("hex"),
    ...given,
  };
  return Object.entries(filled)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join("");
}

export function indexOf(text: string): PackageIndex {
  const index = openIndex(packIndex(Buffer.from(text), "Packages"));
  if (index === undefined) throw new Error("an index that was just packed does not open");
  return index;
}

export function repositoryOf(
  stanzas: readonly StanzaFields[],
  options: { repository?: string; pin?: number; suites?: readonly string[] } = {},
): IndexedRepository {
  const { repository = "debian/bookworm", pin = 500, suites = ["bookworm", "stable"] } = options;
  return { repository, pin, suites, index: indexOf(packagesText(stanzas)) };
}

/** Wants of which a test names only what it is about. */
export function wanting(include: readonly string[], more: Partial<Wants> = {}): Wants {
  return {
    include,
    architecture: "amd64",
    variant: "none",
    recommends: false,
    exclude: [],
    prefer: [],
    ...more,
  };
}
