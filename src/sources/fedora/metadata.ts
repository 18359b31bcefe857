import { limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { type Digest, digestOf } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { readFilelists } from "../../formats/rpm-md/filelists.ts";
import { readPrimary } from "../../formats/rpm-md/primary.ts";
import type { MetadataFile } from "../../formats/rpm-md/repomd.ts";
import { type DownloadSeams, download } from "../../http/download.ts";
import { urlBelow } from "../../http/url.ts";
import type { StoredContent } from "../../model/seams.ts";
import { openIndex } from "./index/open.ts";
import { IndexPacker } from "./index/pack.ts";
import type { RpmIndex } from "./index/record.ts";
import type { OpenedRepository } from "./repository.ts";

/** Fedora's largest have 50 MB, and 600 MB once unpacked. */
const limits = { packed: 1 << 30, unpacked: 2 ** 32 };
/** Real metadata shrinks to a thirtieth at most. What unpacks to far more would only take its time. */
const mostlyText = { floor: 64 << 20, ratio: 200 };

/**
 * The packages of a repository. What was read is kept in its compact form, so that no second run reads 60,000 packages'
 * XML. @throws what {@link fetchMetadata} throws; BAD_ARCHIVE, TOO_LARGE
 */
export async function packageIndex(opened: OpenedRepository, seams: DownloadSeams): Promise<RpmIndex> {
  const file = fileOf(opened, "primary");
  const known = await seams.store.recall("rpm-index", file.digest);
  const index = known === undefined ? undefined : openIndex(known);
  if (index !== undefined) return index;
  const content = await fetchMetadata(opened, file, seams);
  const where = `primary.xml of ${opened.locked.id}`;
  seams.progress?.({ kind: "step", text: `Reading ${where}` });
  const packer = new IndexPacker();
  await readPrimary(unpacked(content, file, where), where, (one) => packer.add(one));
  const packed = packer.finish();
  await seams.store.remember("rpm-index", file.digest, packed);
  return openIndex(packed) as RpmIndex;
}

/**
 * Who has some files, by their paths: numbers of the index's records. Also kept, for the very same paths.
 * @throws what {@link fetchMetadata} throws; BAD_ARCHIVE, TOO_LARGE
 */
export async function fileOwners(
  opened: OpenedRepository,
  index: RpmIndex,
  paths: readonly string[],
  seams: DownloadSeams,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const file = fileOf(opened, "filelists");
  const key = [file.digest, fileOf(opened, "primary").digest, digestOf(JSON.stringify(paths))].join(" ");
  const known = await seams.store.recall("rpm-files", key);
  if (known !== undefined) return new Map(JSON.parse(known.toString()) as [string, number[]][]);
  const content = await fetchMetadata(opened, file, seams);
  const where = `filelists.xml of ${opened.locked.id}`;
  seams.progress?.({ kind: "step", text: `Reading ${where}` });
  const checksums = new Map<string, Set<string>>(paths.map((path) => [path, new Set()]));
  await readFilelists(unpacked(content, file, where), where, (path, checksum) => {
    checksums.get(path)?.add(checksum);
  });
  const wanted = new Set([...checksums.values()].flatMap((all) => [...all]));
  const numbers = new Map<string, number>();
  for (let number = 0; number < index.size && numbers.size < wanted.size; number += 1) {
    const { checksum } = index.record(number);
    if (wanted.has(checksum)) numbers.set(checksum, number);
  }
  const owners = [...checksums].map(([path, all]): [string, number[]] => [
    path,
    [...new Set([...all].flatMap((checksum) => numbers.get(checksum) ?? []))].sort((a, b) => a - b),
  ]);
  await seams.store.remember("rpm-files", key, Buffer.from(JSON.stringify(owners)));
  return new Map(owners);
}

/** @throws BAD_ARCHIVE when repomd.xml has no such file that can be read */
function fileOf({ repomd, locked }: OpenedRepository, type: string): MetadataFile {
  const file = repomd.files.get(type);
  const unsound = (why: string) =>
    new TareError({ code: "BAD_ARCHIVE", format: "repository of rpms", where: locked.id, why });
  if (file !== undefined && !file.location.endsWith(".zck")) return file;
  if (file !== undefined || repomd.files.has(`${type}_zck`))
    throw unsound(
      `its ${type}.xml is there in zchunk's form only, which is not read here; createrepo_c makes an ordinary one beside it`,
    );
  throw unsound(`its repomd.xml names no ${type}.xml with a SHA-256 or SHA-512 checksum`);
}

/** @throws DOWNLOAD_FAILED, REPOSITORY_CHANGED, TOO_LARGE, BAD_URL, and what the store throws */
async function fetchMetadata(
  { mirrors, locked }: OpenedRepository,
  { type, location, digest, size }: MetadataFile,
  seams: DownloadSeams,
): Promise<StoredContent> {
  const name = `${locked.id} ${type}`;
  if (size !== undefined && size > limits.packed)
    throw new TareError({ code: "TOO_LARGE", what: name, limit: limits.packed });
  const urls = mirrors.map((mirror) => urlBelow(mirror, location));
  const want: { digest: Digest; size?: number } = size === undefined ? { digest } : { digest, size };
  try {
    return await download({ name, urls, want }, seams);
  } catch (error) {
    const isAboutBytes =
      error instanceof TareError && ["DIGEST_MISMATCH", "TRUNCATED", "TOO_LARGE"].includes(error.code);
    if (!isAboutBytes) throw error;
    const { id, date = "unknown date" } = locked;
    const why = error.message;
    throw new TareError({ code: "REPOSITORY_CHANGED", id, date, top: "repomd.xml", why }, { cause: error });
  }
}

function unpacked(content: StoredContent, { openSize }: MetadataFile, where: string) {
  const plausible = Math.max(mostlyText.floor, mostlyText.ratio * content.size);
  const limit = Math.min(openSize ?? limits.unpacked, limits.unpacked, plausible);
  return limited(decompress(content.open(), where), limit, where);
}
