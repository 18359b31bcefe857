import type { ImageConfig, RuntimeConfig } from "../../model/image.ts";
import type { Platform } from "../../model/platform.ts";
import { appOfConfig } from "./app-of-config.ts";
import { configOfApp, type Owners } from "./config-of-app.ts";
import { isTime } from "./decode-manifest.ts";
import { type AciManifest, valueNamed } from "./manifest.ts";
import {
  aciNote,
  dockerNotes,
  notedAnnotations,
  notedArguments,
  notedConfig,
  noteManifest,
  ociAnnotationsNote,
  ociConfigNote,
} from "./notes.ts";
import { platformLabels, platformOfLabels } from "./platforms.ts";
import { configAsNoted } from "./shared-members.ts";

/** What an ACI's manifest says of an OCI image. */
export interface ImageOfAci {
  readonly platform: Platform;
  /** RFC 3339. */
  readonly created: string | undefined;
  readonly author: string | undefined;
  readonly config: RuntimeConfig;
  /** Of the image manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** OCI's annotations (image-spec, annotations.md) for what an ACI says elsewhere, or by other names. */
export const wellKnown = {
  homepage: "org.opencontainers.image.url",
  documentation: "org.opencontainers.image.documentation",
  authors: "org.opencontainers.image.authors",
  title: "org.opencontainers.image.title",
  version: "org.opencontainers.image.version",
} as const;

/**
 * An image that became an ACI here is what it was before, but for what was changed since. Any other says what OCI has
 * words for, and carries its manifest along in an annotation. `owners` has every file that the app names as its user.
 * @throws BAD_ARCHIVE
 */
export function imageOfAci(manifest: AciManifest, owners: Owners): ImageOfAci {
  const { app, annotations } = manifest;
  const noted = notedConfig(valueNamed(annotations, ociConfigNote));
  const fresh = app === undefined ? {} : withArguments(configOfApp(app, owners), manifest);
  const config =
    app === undefined || noted?.config === undefined
      ? fresh
      : configAsNoted(fresh, noted.config, app, appOfConfig(noted.config, app.group));
  return {
    platform: platformOf(manifest, noted),
    ...madeBy(manifest, noted),
    config,
    annotations: noted === undefined ? annotationsOf(manifest) : restored(manifest),
  };
}

/** When and by whom: as noted, where the ACI says just what the note would make it say. */
function madeBy({ annotations }: AciManifest, noted: ImageConfig | undefined) {
  const created = valueNamed(annotations, "created");
  // docker2aci calls it author when it reads the newer of Docker's manifests.
  const author = valueNamed(annotations, "authors") ?? valueNamed(annotations, "author");
  if (noted === undefined) return { created, author };
  const before = notedAnnotations(valueNamed(annotations, ociAnnotationsNote)) ?? {};
  const notedTime = noted.created !== undefined && isTime(noted.created) ? noted.created : undefined;
  return {
    created: created === notedTime ? noted.created : created,
    author: author === (noted.author ?? before[wellKnown.authors]) ? noted.author : author,
  };
}

/** docker2aci's notes tell where the entrypoint ends, as long as they still fit. */
function withArguments(config: RuntimeConfig, { annotations }: AciManifest): RuntimeConfig {
  const exec = config.Entrypoint ?? [];
  const entrypoint = notedArguments(valueNamed(annotations, dockerNotes.entrypoint)) ?? [];
  const cmd = notedArguments(valueNamed(annotations, dockerNotes.cmd)) ?? [];
  if (cmd.length === 0 || JSON.stringify([...entrypoint, ...cmd]) !== JSON.stringify(exec)) return config;
  const { Entrypoint: _, ...rest } = config;
  return { ...rest, ...(entrypoint.length > 0 && { Entrypoint: entrypoint }), Cmd: cmd };
}

function platformOf({ labels }: AciManifest, noted: ImageConfig | undefined): Platform {
  const platform = platformOfLabels(labels);
  if (noted === undefined) return platform;
  const { os, architecture, variant } = noted;
  const before = { os, architecture, ...(variant !== undefined && { variant }) };
  const same = platformLabels(before).every(({ name, value }) => valueNamed(labels, name) === value);
  return same ? before : platform;
}

/** As noted, with what was added to the ACI or changed there since. */
function restored(manifest: AciManifest): Readonly<Record<string, string>> {
  const { annotations } = manifest;
  const noted = notedAnnotations(valueNamed(annotations, ociAnnotationsNote)) ?? {};
  const found = new Map(Object.entries(noted));
  const ofDocker: readonly string[] = Object.values(dockerNotes);
  for (const { name, value } of annotations)
    if (isOwnAnnotation(name) && !ofDocker.includes(name)) found.set(name, value);
  for (const key of ["homepage", "documentation"] as const) {
    const value = valueNamed(annotations, key);
    if (value !== undefined) found.set(wellKnown[key], value);
  }
  if (hasOwnWords(manifest)) found.set(aciNote, noteManifest(manifest));
  return Object.fromEntries(found);
}

/** Whether an ACI says what no OCI image can. */
function hasOwnWords({ app, labels }: AciManifest): boolean {
  if (labels.some(({ name }) => !["arch", "os", "version"].includes(name))) return true;
  if (app === undefined) return false;
  const { eventHandlers, supplementaryGIDs, isolators, userAnnotations } = app;
  const lists = [eventHandlers, supplementaryGIDs, isolators, Object.keys(userAnnotations)];
  return lists.some((list) => list.length > 0);
}

/** What {@link wellKnown} and the configuration have by other names. */
const elsewhere: ReadonlySet<string> = new Set(["created", "author", ...Object.keys(wellKnown)]);

/** Whether an ACI's annotation means the same to OCI under its own name. */
export function isOwnAnnotation(name: string): boolean {
  return !elsewhere.has(name) && name !== ociConfigNote && name !== ociAnnotationsNote;
}

function annotationsOf(manifest: AciManifest): Readonly<Record<string, string>> {
  const { name, labels, annotations } = manifest;
  const found = new Map(
    annotations.filter((one) => isOwnAnnotation(one.name)).map((one) => [one.name, one.value]),
  );
  for (const key of ["homepage", "documentation", "authors"] as const) {
    const value = valueNamed(annotations, key);
    if (value !== undefined) found.set(wellKnown[key], value);
  }
  found.set(wellKnown.title, name);
  const version = valueNamed(labels, "version");
  if (version !== undefined) found.set(wellKnown.version, version);
  found.set(aciNote, noteManifest(manifest));
  return Object.fromEntries(found);
}
