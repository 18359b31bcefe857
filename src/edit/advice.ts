import { quoted } from "../explain/shell.ts";
import { type Sightings, type TarSurvey, topLimit } from "./survey.ts";

/** What lies at the top of a root file system. */
const usual =
  /^(?:bin|boot|dev|etc|home|init|lib|lib32|lib64|libx32|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)\/?$/;

/** Whether a name, perhaps with a slash at its end, stands at the top of a root file system. */
export function isUsual(top: string): boolean {
  return usual.test(top);
}

export interface AdviceOptions {
  readonly normalised: boolean;
  /** Whether what it is called is the path of a file. */
  readonly isFile: boolean;
  /** What the image is to be called. */
  readonly name?: string | undefined;
  /** How many leading parts its paths lost. */
  readonly strip?: number | undefined;
}

/** A sentence for everything in a tar that its owner may not expect. `where` is what they call it. */
export function adviceOn(survey: TarSurvey, where: string, options: AdviceOptions): readonly string[] {
  return [...shapeAdvice(survey, where, options), ...entryAdvice(survey, where, options.normalised)];
}

function shapeAdvice(
  { tops, toTops, entries }: TarSurvey,
  where: string,
  { isFile, name = "NAME", strip }: AdviceOptions,
): readonly string[] {
  if (entries === 0)
    return strip === undefined
      ? [`${where} holds nothing; the image is empty.`]
      : [`${where} has no path of more than ${strip} ${strip === 1 ? "part" : "parts"}; the image is empty.`];
  // Arch Linux's packages have a .PKGINFO as well, and beside it a .MTREE.
  if (tops.includes(".PKGINFO") && !tops.includes(".MTREE"))
    return [
      `${where} is an Alpine package: the image has its files, without what they need, and without what its scripts would do.`,
    ];
  if (tops.some(isUsual)) return [];
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
  const folder = inner.slice(0, -1);
  const alone =
    strip === undefined && toTops !== undefined && tops.every((one) => one === inner || !one.endsWith("/"));
  const todo = alone
    ? `import it with --strip-components ${toTops}.`
    : isFile
      ? `unpack it and import that folder: mkdir unpacked && tar -xpf ${quoted(where)} -C unpacked && tare import ${quoted(`unpacked/${folder}`)} ${name}`
      : "unpack it and import that folder.";
  return [
    `${tops.length === 1 ? `Everything in ${where} is below ${inner}` : `${where} has a folder ${inner}`}, and so it is in the image; if that folder should be the root, ${todo}`,
  ];
}

function entryAdvice(
  { duplicates, stray, trailing, whiteouts }: TarSurvey,
  where: string,
  normalised: boolean,
): readonly string[] {
  return [
    ...(duplicates && !normalised
      ? [
          `${where} has ${timesOf(duplicates)} more than once, which docker, podman and buildah refuse; --normalise leaves the last of each.`,
        ]
      : []),
    ...(stray && !normalised
      ? [
          `${where} has /${stray.path} below the symlink /${stray.link}, which leads to no folder in it; docker and podman refuse that, and --normalise makes the folder.`,
        ]
      : []),
    ...(trailing
      ? [
          `${where} goes on after its end mark: ${trailing.size} bytes from byte ${trailing.from} on belong to no file; ${normalised ? "they are left out" : "they stay in the layer as they are"}.`,
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
