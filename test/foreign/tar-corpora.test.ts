import { existsSync, readdirSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../kit/command.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";
import {
  type Listing,
  listWithBsdtar,
  listWithGnuTar,
  listWithPython,
  listWithTare,
} from "../kit/tar-listing.ts";
import { withFolder } from "../kit/temporary.ts";

/**
 * Where plain tars that others wrote may lie, in a folder for each origin. None is part of this repository;
 * CONTRIBUTING.md says which ones are meant.
 */
const places = ["../../../shared/fixtures/tar", "../../out/tar-corpora"].map((place) =>
  resolve(import.meta.dirname, place),
);

const readers = { gnu: listWithGnuTar, bsdtar: listWithBsdtar, python: listWithPython };
type Reader = keyof typeof readers;

const all: readonly Reader[] = ["gnu", "bsdtar", "python"];
const unknownType = "we refuse a type that docker refuses, too: the layer would load nowhere";
const lastCounts = "of two names for one entry the last one counts, as for GNU tar and Go";
const pythonStops = "Python takes a damaged header, or one it cannot read, for the end or for nothing";
const pythonSparse = "Python knows no sparse file that is GNU's pax format 1.0 and has no name of its own";
const bsdtarCopy = "bsdtar's copy of a file that ends in a hole has a map that nobody can read";
const globalPath = "we refuse a global path: GNU tar and Python name every entry so, docker and bsdtar none";
const notInRoot = "we refuse what leads out of the root";

/** Who lists it otherwise than we do, and why that is right. */
const differences: Readonly<Record<string, readonly [readonly Reader[], string]>> = {
  "cpython/testtar.tar": [["gnu", "python"], "uid 4,294,967,295 is -1 to chown: we refuse it"],
  "go/gnu-incremental.tar": [["gnu", "python"], unknownType],
  "go/gnu-multi-hdrs.tar": [["python"], lastCounts],
  "go/gnu-nil-sparse-hole.tar": [["bsdtar"], bsdtarCopy],
  "go/hdr-only.tar": [
    ["gnu"],
    "GNU tar expects data behind a directory with a size; Go, bsdtar and Python do not",
  ],
  "go/invalid-go17.tar": [["python"], "Python takes a prefix from a header of GNU's, which has none"],
  "go/nil-uid.tar": [["bsdtar"], "bsdtar reads a size on past the NUL that ends it"],
  "go/pax-bad-hdr-file.tar": [["python"], pythonStops],
  "go/pax-bad-hdr-large.tar": [["gnu", "python"], "we bound extension headers to 1 MiB, as Go does"],
  "go/pax-bad-mtime-file.tar": [all, "we refuse a time that is none, as Go does"],
  "go/pax-global-records.tar": [all, globalPath],
  "go/pax-multi-hdrs.tar": [
    ["bsdtar", "python"],
    "a second pax header of an entry replaces the first, as for GNU tar and Go; bsdtar refuses two",
  ],
  "go/pax-nil-sparse-data.tar": [["python"], pythonSparse],
  "go/pax-nil-sparse-hole.tar": [["bsdtar", "python"], `${bsdtarCopy}; ${pythonSparse}`],
  "go/pax-nul-path.tar": [all, "we refuse a path that a NUL cuts short, as Go does"],
  "go/pax-nul-xattrs.tar": [["python"], "we refuse a keyword that a NUL cuts short, as Go does"],
  "go/pax-path-hdr.tar": [["gnu"], "we refuse an archive that ends behind an extension header"],
  "go/pax-sparse-big.tar": [["python"], pythonSparse],
  "libarchive/test_compat_solaris_tar_acl.tar": [all, unknownType],
  "libarchive/test_compat_star_acl_posix1e.tar": [["bsdtar"], "bsdtar takes the mode from an ACL's mask"],
  "libarchive/test_compat_tar_directory_1.tar": [
    ["gnu"],
    "GNU tar expects data behind a directory with a size",
  ],
  "libarchive/test_patterns_4.tar": [all, notInRoot],
  "libarchive/test_pax_filename_encoding.tar": [["bsdtar"], "bsdtar refuses names that are not UTF-8"],
  "libarchive/test_read_format_gtar_redundant_L.tar": [["python"], lastCounts],
  "libarchive/test_read_format_gtar_sparse_1_17_posix10_modified.tar": [
    ["bsdtar"],
    "GNU tar and we refuse its map",
  ],
  "libarchive/test_read_format_gtar_sparse_length.tar": [["bsdtar"], bsdtarCopy],
  "libarchive/test_read_format_gtar_sparse_skip_entry.tar": [
    ["gnu"],
    "its map promises fewer bytes than it has: we refuse it, GNU tar does not look at it when it lists",
  ],
  "libarchive/test_read_format_tar_V_negative_size.tar": [["bsdtar"], "we refuse numbers that are none"],
  "libarchive/test_read_format_tar_empty_pax.tar": [["python"], "Python refuses an archive without entries"],
  "libarchive/test_read_format_tar_empty_with_gnulabel.tar": [all, unknownType],
  "libarchive/test_read_format_tar_pax_timestamps.tar": [all, "we refuse a time that is none, as Go does"],
  "libarchive/test_read_format_tar_timestamp_overflow.tar": [
    all,
    "we refuse digits behind a NUL: GNU tar and Go take them for two different sizes",
  ],
  "libarchive/test_read_pax_empty_val_no_nl.tar": [["python"], pythonStops],
  "node-tar/bad-cksum.tar": [["python"], pythonStops],
  "node-tar/excessively-deep.tar": [all, "we refuse paths longer than Linux takes"],
  "node-tar/global-header.tar": [all, globalPath],
  "node-tar/links-invalid.tar": [all, "we refuse a hardlink to nothing"],
  "node-tar/path-missing.tar": [all, "we refuse a file without a name"],
};

const corpora = places.flatMap((place) =>
  !existsSync(place)
    ? []
    : readdirSync(place).flatMap((origin) =>
        readdirSync(join(place, origin))
          .filter((name) => name.endsWith(".tar"))
          .map((name) => ({ name: `${origin}/${name}`, file: join(place, origin, name) })),
      ),
);

/** Python brings one of its own, written to be hard to read. */
async function pythonsArchive(): Promise<string | undefined> {
  const program =
    "import glob, test; print(*glob.glob(test.__path__[0] + '/**/testtar.tar', recursive=True)[:1])";
  const { stdout } = await runCommand("python3", ["-I", "-c", program]);
  return stdout.trim() || undefined;
}

const own = findPeer("python3") && (await pythonsArchive());
if (own && !corpora.some(({ name }) => name === "cpython/testtar.tar"))
  corpora.push({ name: "cpython/testtar.tar", file: own });

function agree(ours: Listing, theirs: Listing): boolean {
  if (ours.refused || theirs.refused) return ours.refused === theirs.refused;
  return JSON.stringify(ours.entries.map(ordered)) === JSON.stringify(theirs.entries.map(ordered));
}

const originOf = (name: string) => name.slice(0, name.indexOf("/"));
const ordered = (entry: object) => Object.entries(entry).sort();

test("no difference is kept of an archive that is gone", (context) => {
  if (corpora.length === 0)
    context.skip("no folder of archives beside this checkout, and no Python with its tests");
  const names = new Set(corpora.map(({ name }) => name));
  const origins = new Set([...names].map(originOf));
  const gone = Object.keys(differences).filter((name) => origins.has(originOf(name)) && !names.has(name));
  expect(gone).toEqual([]);
});

test.for(corpora)(
  "$name is listed as GNU tar, bsdtar and Python list it, or is known not to be",
  async ({ name, file }, context) => {
    needsPeers(context, "tar", "bsdtar", "python3");
    await withFolder(async (folder) => {
      const copy = join(folder, "a.tar");
      await copyFile(file, copy);
      const ours = await listWithTare(copy);
      const others: Reader[] = [];
      for (const reader of all) if (!agree(ours, await readers[reader](copy))) others.push(reader);
      const [expected, reason] = differences[name] ?? [[], "all agree"];
      expect({ others, reason }).toEqual({ others: expected, reason });
      // What we list before we refuse is right, too.
      const { entries } = await readers.gnu(copy);
      if (ours.refused) expect(ours.entries).toEqual(entries.slice(0, ours.entries.length));
    });
  },
);
