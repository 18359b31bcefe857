import { type Sightings, type TarSurvey, topLimit } from "./survey.ts";

/** What lies at the top of a root file system. */
const usual =
  /^(?:bin|boot|dev|etc|home|init|lib|lib32|lib64|libx32|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)\/?$/;

/** A sentence for everything in a tar that its owner may not expect. `where` is what they call it. */
export function adviceOn(survey: TarSurvey, where: string, normalised: boolean): readonly string[] {
  return [...shapeAdvice(survey, where), ...entryAdvice(survey, where, normalised)];
}

function shapeAdvice({ tops, entries }: TarSurvey, where: string): readonly string[] {
  if (entries === 0) return [`${where} holds nothing; the image is empty.`];
  if (tops.some((top) => usual.test(top))) return [];
  const marker = tops.find((top) => top === "oci-layout" || top === "manifest.json");
  if (marker !== undefined)
    return [
      `${where} looks like an image itself (it has ${marker}), not like a root file system; to use that image, name it ${marker === "oci-layout" ? "oci-archive" : "docker-archive"}:${where}.`,
    ];
  const [top] = tops;
  const inner = tops.includes("rootfs/")
    ? "rootfs/"
    : tops.length === 1 && top?.endsWith("/")
      ? top
      : undefined;
  if (inner === undefined || tops.length === topLimit) return [];
  return [
    `${tops.length === 1 ? `Everything in ${where} is below ${inner}` : `${where} has a folder ${inner}`}, and so it is in the image; if that folder should be the root, unpack it and import the folder: tar -xpf FILE && tare import ${inner.slice(0, -1)} NAME.`,
  ];
}

function entryAdvice(
  { duplicates, whiteouts }: TarSurvey,
  where: string,
  normalised: boolean,
): readonly string[] {
  return [
    ...(duplicates && !normalised
      ? [
          `${where} has ${timesOf(duplicates)} more than once, which podman and buildah refuse; --normalise leaves the last of each.`,
        ]
      : []),
    ...(whiteouts
      ? [
          `${where} has ${timesOf(whiteouts)}, whose name makes runtimes hide files instead of making one; below it there is nothing to hide, and the file will not be there.`,
        ]
      : []),
  ];
}

/** `/etc/motd`, `/etc/motd and 3 other paths`. */
export function timesOf({ count, first }: Sightings): string {
  const others = count - 1;
  return others === 0 ? `/${first}` : `/${first} and ${others} other ${others === 1 ? "path" : "paths"}`;
}
