import { encodeJson } from "../oci/json.ts";

export const repositoriesFile = "repositories";

/** A name of an archive's image, and the hex digits of its topmost layer. */
export interface ArchivedName {
  readonly repository: string;
  readonly tag: string;
  readonly topLayer: string;
}

/**
 * `repositories` of a `docker save` archive: name, tag, topmost layer. Docker reads `manifest.json` instead since
 * 1.10; other programs still list an archive's names from here (moby image-spec v1).
 */
export function encodeRepositories(names: readonly ArchivedName[]): Buffer {
  const byRepository = Map.groupBy(names, ({ repository }) => repository);
  const tags = [...byRepository].map(([repository, same]) => [
    repository,
    Object.fromEntries(same.map(({ tag, topLayer }) => [tag, topLayer])),
  ]);
  return encodeJson(Object.fromEntries(tags));
}
