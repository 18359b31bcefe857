import { imageNameAnnotation, refNameAnnotation } from "../formats/oci/layout.ts";
import type { Descriptor } from "../model/image.ts";
import { fullReference, parseReference, type Reference } from "../model/reference.ts";
import type { Location } from "./location.ts";

/** The tag of an index entry, or undefined. */
export function tagOf(descriptor: Descriptor): string | undefined {
  return descriptor.annotations?.[refNameAnnotation];
}

/**
 * What to call an image at a location. The location's own name wins over `name`, which is what the image is called
 * by whoever saves it. For the layouts, a tag alone; the full reference as well where one is known.
 */
export function namesFor(
  location: Location,
  name: string | undefined,
): { readonly tag?: string; readonly reference?: Reference } {
  const given = name === undefined ? undefined : parseReference(name);
  if (location.name === undefined) return given === undefined ? {} : { tag: given.tag, reference: given };
  if (location.transport !== "docker-archive") return { tag: location.name };
  const reference = parseReference(location.name);
  return reference === undefined ? {} : { tag: reference.tag, reference };
}

/** The annotations of the index entry that carry its names. */
export function withNames(descriptor: Descriptor, location: Location, name: string | undefined): Descriptor {
  const { tag, reference } = namesFor(location, name);
  if (tag === undefined) return descriptor;
  const annotations = {
    ...(reference !== undefined && { [imageNameAnnotation]: fullReference(reference) }),
    [refNameAnnotation]: tag,
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
