import { encodeJson, JsonDoor } from "../oci/json.ts";

export const manifestFile = "manifest.json";

/** One image of a `docker save` archive: paths inside the archive, and the names under which it loads. */
export interface ArchivedImage {
  readonly config: string;
  readonly repoTags: readonly string[];
  /** Lowest first. */
  readonly layers: readonly string[];
}

/** `manifest.json` of a `docker save` archive (moby image-spec v1.2, "Combined Image JSON + Filesystem Changeset"). */
export function encodeArchiveManifest(images: readonly ArchivedImage[]): Buffer {
  return encodeJson(
    images.map(({ config, repoTags, layers }) => ({
      Config: config,
      RepoTags: repoTags.length === 0 ? null : repoTags,
      Layers: layers,
    })),
  );
}

/** @throws BAD_ARCHIVE */
export function decodeArchiveManifest(bytes: Uint8Array, where: string): readonly ArchivedImage[] {
  const door = new JsonDoor("docker archive", where);
  return door.list(door.parse(bytes), manifestFile).map((member, at) => {
    const path = `${manifestFile}[${at}]`;
    const from = door.object(member, path);
    return {
      config: door.text(from.Config, `${path}.Config`),
      repoTags: from.RepoTags == null ? [] : door.texts(from.RepoTags, `${path}.RepoTags`),
      layers: from.Layers == null ? [] : door.texts(from.Layers, `${path}.Layers`),
    };
  });
}
