import { imageNameAnnotation, refNameAnnotation } from "../formats/oci/layout.ts";
import type { Descriptor } from "../model/image.ts";
import { familiarReference, fullReference, parseReference, type Reference } from "../model/reference.ts";
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
 * by whoever saves it. Undefined when nobody calls it anything.
 */
export function nameFor(location: Location, name: string | undefined): ImageName | undefined {
  if (location.name !== undefined && !location.transport.startsWith("docker-")) return { tag: location.name };
  const text = location.name ?? name;
  const reference = text === undefined ? undefined : parseReference(text);
  return reference === undefined ? undefined : { reference };
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
  const full = descriptor.annotations?.[imageNameAnnotation];
  const wanted = parseReference(name);
  return full !== undefined && wanted !== undefined && full === fullReference(wanted);
}

/** The name of an index entry, or undefined. */
export function nameOf(descriptor: Descriptor): ImageName | undefined {
  const reference = parseReference(descriptor.annotations?.[imageNameAnnotation] ?? "");
  if (reference !== undefined) return { reference };
  const tag = tagOf(descriptor);
  return tag === undefined ? undefined : { tag };
}
