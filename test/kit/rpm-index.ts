import { digestOf } from "../../src/bytes/digest.ts";
import type { PrimaryPackage } from "../../src/formats/rpm-md/primary.ts";
import { openIndex } from "../../src/sources/fedora/index/open.ts";
import { IndexPacker } from "../../src/sources/fedora/index/pack.ts";
import type { RpmIndex } from "../../src/sources/fedora/index/record.ts";
import type { IndexedRepository } from "../../src/sources/fedora/wants.ts";

/** A package of an index, as data: `x86_64`, version `1-1`, and relations as rpm spells them. */
export type IndexedRpm = Partial<PrimaryPackage> & { readonly name: string };

/** An index in memory, for what neither rpmbuild nor createrepo_c has to make. */
export function rpmIndex(packages: readonly IndexedRpm[]): RpmIndex {
  const packer = new IndexPacker();
  for (const one of packages) packer.add(primaryPackage(one));
  return openIndex(packer.finish()) as RpmIndex;
}

/** One repository of priority 99. */
export function indexedRepository(
  packages: readonly IndexedRpm[],
  more: Partial<IndexedRepository> = {},
): IndexedRepository {
  return {
    repository: "fedora/test",
    index: rpmIndex(packages),
    priority: 99,
    excludes: [],
    includes: [],
    ...more,
  };
}

function primaryPackage(one: IndexedRpm): PrimaryPackage {
  return {
    architecture: "x86_64",
    epoch: "0",
    version: "1",
    release: "1",
    checksumType: "sha256",
    checksum: digestOf(JSON.stringify(one)).slice("sha256:".length),
    location: `Packages/${one.name}.rpm`,
    size: 1,
    sourceRpm: "",
    provides: [],
    requires: [],
    conflicts: [],
    obsoletes: [],
    recommends: [],
    suggests: [],
    supplements: [],
    enhances: [],
    files: [],
    ...one,
  };
}
