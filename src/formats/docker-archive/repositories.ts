import { encodeJson } from "../oci/json.ts";

export const repositoriesFile = "repositories";

/**
 * `repositories` of a `docker save` archive: name, tag, topmost layer. Docker reads `manifest.json` instead since
 * 1.10; other programs still list an archive's names from here (moby image-spec v1).
 */
export function encodeRepositories(name: string, tag: string, topLayer: string): Buffer {
  return encodeJson({ [name]: { [tag]: topLayer } });
}
