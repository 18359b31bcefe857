import { decompress } from "../../../bytes/compression/compression.ts";
import { TareError } from "../../../errors.ts";
import type { DownloadSeams } from "../../../http/download.ts";
import type { StoredContent } from "../../../model/seams.ts";
import { debianLinker } from "../glibc.ts";
import { downloadIndex, type IndexForm, type IndexPlace, indexForms } from "../index-download.ts";
import type { Release } from "../release.ts";
import { repositoryChanged } from "../repository-changed.ts";
import { type ContentsIndex, openContents } from "./open.ts";
import { packContents } from "./pack.ts";

/** Where a repository's `Contents` files would be. */
export interface ContentsPlace extends IndexPlace {
  readonly components: readonly string[];
  readonly release: Release;
}

/** What could be learnt of a repository's libraries. */
export interface Contents {
  readonly indexes: readonly ContentsIndex[];
  /** REPOSITORY_CHANGED, for each file that is not the one which the Release names: the mirror is being changed. */
  readonly changed: readonly TareError[];
}

/** Raise when other things are remembered of the same file. */
const version = 1;

/**
 * Which packages of a repository have which libraries: of each component, or of all at once where it keeps it so
 * (Ubuntu does). Each is downloaded once; after that its digest is enough. No indexes when the repository has no such
 * file, or says so and does not. The files only help to find packages, so that one which does not fit is told, not
 * thrown, and not read.
 * @throws what else downloading throws, BAD_ARCHIVE, TOO_LARGE
 */
export async function readContents(
  place: ContentsPlace,
  architecture: string,
  seams: DownloadSeams,
): Promise<Contents> {
  const name = `Contents-${architecture}`;
  const byComponent = place.components
    .map((component) => `${component}/${name}`)
    .filter((stem) => indexForms(place.release, stem).length > 0);
  const indexes: ContentsIndex[] = [];
  const changed: TareError[] = [];
  for (const stem of byComponent.length > 0 ? byComponent : [name])
    try {
      const packed = await packedContents(stem, place, architecture, seams);
      if (packed !== undefined) indexes.push(openContents(packed));
    } catch (error) {
      if (!(error instanceof TareError) || error.code !== "REPOSITORY_CHANGED") throw error;
      changed.push(error);
    }
  return { indexes, changed };
}

async function packedContents(
  stem: string,
  place: ContentsPlace,
  architecture: string,
  seams: DownloadSeams,
): Promise<Buffer | undefined> {
  const forms = indexForms(place.release, stem);
  const key = ({ digest }: IndexForm["entry"]) => `${version} ${architecture} ${digest}`;
  for (const { entry } of forms) {
    const known = await seams.store.recall("debian-contents", key(entry));
    if (known !== undefined) return known;
  }
  const file = await fetched(forms, stem, place, seams);
  if (file === undefined) return undefined;
  const where = `${stem} of ${place.id}`;
  const folders = debianLinker(architecture, "")?.builtin ?? [];
  const packed = await packContents(decompress(file.open(seams.signal), where), folders, where);
  await seams.store.remember("debian-contents", key(file), packed);
  return packed;
}

async function fetched(
  forms: readonly IndexForm[],
  stem: string,
  place: ContentsPlace,
  seams: DownloadSeams,
): Promise<StoredContent | undefined> {
  if (forms.length === 0) return undefined;
  try {
    return await downloadIndex(forms, stem, place, place.release, seams);
  } catch (cause) {
    // Partial mirrors leave these out, although the Release speaks of them.
    const { problem } = cause instanceof TareError ? cause : {};
    if (problem?.code === "DOWNLOAD_FAILED" && problem.tried.every(({ absent }) => absent)) return undefined;
    throw repositoryChanged(cause, place.id, place.release) ?? cause;
  }
}
