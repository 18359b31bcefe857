import { gzipSync } from "node:zlib";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { FactEntry } from "../../src/model/segment.ts";
import type { InstalledPackage } from "../../src/model/source.ts";
import { compose } from "../../src/rootfs/compose.ts";
import { fedora } from "../../src/sources/fedora/distribution.ts";
import { observed } from "./chunks.ts";
import {
  cpioEnd,
  cpioMember,
  type FileRow,
  filesHeader,
  type HeaderData,
  headerBytes,
  rpmBytes,
} from "./rpm-bytes.ts";

/** A package, written as its tags. */
export interface MadeRpm {
  readonly name: string;
  readonly architecture?: string;
  readonly files?: readonly FileRow[];
  /** Tags beyond those of {@link filesHeader}, by number. */
  readonly tags?: HeaderData;
}

/** A package as it is once its member was made. */
export async function installedRpm({
  name,
  architecture = "x86_64",
  files = [],
  tags = [],
}: MadeRpm): Promise<InstalledPackage> {
  const members = files.map(({ path, content = "", link = "" }) => cpioMember(`.${path}`, content + link));
  const payload = gzipSync(Buffer.concat([...members, cpioEnd]));
  const own: HeaderData = [
    ...filesHeader(files, payload).map(([tag, value]) =>
      tag === 1000 ? ([tag, name] as const) : ([tag, value] as const),
    ),
    [1022, architecture],
    ...tags,
  ];
  const replaced = new Map(own);
  const header = headerBytes(
    63,
    [...replaced].sort(([a], [b]) => a - b),
  );
  const bytes = rpmBytes({ header, payload, signature: [[1004, Buffer.alloc(16, 7)]] });
  const facts = await fedora.unpacker.unpack(observed(bytes).stream, bytes.length, name, async (opened) => {
    const entries: FactEntry[] = [];
    for await (const entry of opened.entries) {
      const { content, xattrs: _, nanoseconds: __, ...fact } = entry;
      const bytes = content instanceof Uint8Array ? content : await collect(content, 1 << 20, name);
      const keep = entry.type === "file" && opened.capture(entry.path, entry.size);
      entries.push(keep ? { ...fact, captured: Buffer.from(bytes).toString("base64") } : fact);
    }
    const about = JSON.parse(JSON.stringify(opened.about(new Map())));
    return { entries, excluded: 0, excludedSize: 0, date: opened.date, about };
  });
  const place = {
    digest: digestOf(bytes),
    size: bytes.length,
    location: name,
    repository: "test",
    source: name,
  };
  return { package: { name, version: "1-1", architecture, ...place, because: [] }, facts };
}

/** What the root of these packages gets. */
export function configuredRpms(packages: readonly InstalledPackage[]) {
  const pieces = packages.map((one) => ({ id: fedora.idOf(one.package), entries: one.facts.entries }));
  const { view, adjustments } = compose(pieces, fedora.arbiter(packages));
  const options = { architecture: "x86_64", timestamp: 1_704_067_200, excludes: [] };
  const { entries, coverage } = fedora.configure(view, packages, options);
  return { adjustments, coverage, entries: new Map(entries.map((entry) => [entry.path, entry])) };
}
