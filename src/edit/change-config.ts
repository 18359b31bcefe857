import { applyChanges } from "../formats/dockerfile/changes.ts";
import { unreadListsInChanges } from "../formats/dockerfile/unread-lists.ts";
import type { Edited } from "../images/copy-source.ts";
import type { Image } from "../model/image.ts";
import { createdOf, type EditOptions, editedImage, historyOf } from "./edited-image.ts";

/**
 * The image with another configuration: each change is an instruction of a Dockerfile, as `docker commit --change` has
 * them. Layers stay byte for byte; the history gets a line for each change.
 * @throws BAD_CHANGE
 */
export function changeConfig(image: Image, changes: readonly string[], options: EditOptions): Edited {
  const config = applyChanges(image.config.config ?? {}, changes);
  const lines = changes.map((change) => ({
    ...createdOf(image, options),
    created_by: change.trim(),
    comment: "tare config",
    empty_layer: true,
  }));
  const history = [...historyOf(image), ...lines];
  return {
    image: editedImage(image, { config: { config }, history }, options),
    notes: [...unreadListsInChanges(changes), "The configuration was changed; the layers are as they were."],
  };
}
