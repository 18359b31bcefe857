import { imageNameAnnotation, refNameAnnotation } from "../formats/oci/layout.ts";
import type { Descriptor } from "../model/image.ts";
import {
  familiarReference,
  fullReference,
  isTag,
  parseReference,
  type Reference,
} from "../model/reference.ts";
import type { Location } from "./location.ts";

/** The tag of an index entry, or undefined. */
export function tagOf(descriptor: Descriptor): string | undefined {
  return descriptor.annotations?.[refNameAnnotation];
}

/** A name where a location has names: a tag of a layout, docker's full reference, or both. */
export type ImageName =
  | { readonly tag: string; readonly reference?: undefined }
  | { readonly tag?: undefined; readonly reference: Reference };

/** As docker shows it, or the tag. */
export function nameText({ reference, tag }: ImageName): string {
  return reference === undefined ? tag : familiarReference(reference);
}

/**
 * What to call an image at a location. The location's own name wins over `name`, which is what the image is called
 * by whoever saves it; the tag of a layout wins over that one's tag. Undefined when nobody calls it anything.
 */
export function nameFor(location: Location, name: string | undefined): ImageName | undefined {
  const isLayout = !location.transport.startsWith("docker-");
  const text = isLayout ? name : (location.name ?? name);
  const reference = text === undefined ? undefined : parseReference(text);
  if (!isLayout || location.name === undefined) return reference && { reference };
  return reference ? { reference: { ...reference, tag: location.name } } : { tag: location.name };
}

/** The annotations of an index entry that carry its name: the tag, and the full reference where one is known. */
export function named(descriptor: Descriptor, name: ImageName | undefined): Descriptor {
  if (name === undefined) return descriptor;
  const { reference } = name;
  const annotations = {
    ...(reference !== undefined && { [imageNameAnnotation]: fullReference(reference) }),
    [refNameAnnotation]: name.tag ?? name.reference.tag,
  };
  return { ...descriptor, annotations };
}

/** Whether an index entry goes by `name`: its tag, or its full reference however it is spelled. */
export function goesBy(descriptor: Descriptor, name: string): boolean {
  if (tagOf(descriptor) === name) return true;
  const full = nameOf(descriptor)?.reference;
  const wanted = parseReference(name);
  return full !== undefined && wanted !== undefined && fullReference(full) === fullReference(wanted);
}

/** The name of an index entry, or undefined. Podman writes the whole reference where skopeo writes a tag. */
export function nameOf(descriptor: Descriptor): ImageName | undefined {
  const tag = tagOf(descriptor);
  const full = tag === undefined || isTag(tag) ? "" : tag;
  const reference = parseReference(descriptor.annotations?.[imageNameAnnotation] ?? full);
  if (reference !== undefined) return { reference };
  return tag === undefined ? undefined : { tag };
}
