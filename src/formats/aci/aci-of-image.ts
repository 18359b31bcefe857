import type { Digest } from "../../bytes/digest.ts";
import { byText } from "../../bytes/text.ts";
import type { ImageConfig } from "../../model/image.ts";
import { familiarReference, type Reference } from "../../model/reference.ts";
import { appOfConfig } from "./app-of-config.ts";
import { configOfApp } from "./config-of-app.ts";
import { isTime, isWebAddress } from "./decode-manifest.ts";
import { imageOfAci, isOwnAnnotation, wellKnown } from "./image-of-aci.ts";
import { type AciApp, type AciManifest, acVersion, type NamedValue } from "./manifest.ts";
import { identifierFrom, isStrictIdentifier } from "./names.ts";
import {
  aciNote,
  dockerNotes,
  noteAnnotations,
  noteConfig,
  notedManifest,
  ociAnnotationsNote,
  ociConfigNote,
} from "./notes.ts";
import { platformLabels, platformOfLabels } from "./platforms.ts";
import { appAsNoted, saysTheSame } from "./shared-members.ts";

/** What is to be said of an image. */
export interface ImageFacts {
  readonly config: ImageConfig;
  /** Of its manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly manifest: Digest;
  readonly configuration: Digest;
  /** What it is called; undefined when nobody said. */
  readonly reference: Reference | undefined;
  /** What to call it when neither a reference nor the ACI that it comes from says. */
  readonly fallbackName: string;
  /** The group of its user, where the configuration names a user alone. */
  readonly group: string;
}

/**
 * The manifest of the ACI that an image becomes: as docker2aci would write it, with the whole configuration in a note.
 * An image that was an ACI before gets its manifest back, but for what was changed since.
 */
export function aciOfImage(facts: ImageFacts): AciManifest {
  const { config, reference } = facts;
  const before = notedManifest(facts.annotations[aciNote]);
  const called = reference === undefined ? undefined : identifierFrom(nameOf(reference));
  const name = called ?? before?.name ?? identifierFrom(facts.fallbackName) ?? "image";
  const labels = labelsOf(facts, before);
  if (before !== undefined && isUnchanged(facts, before)) return { ...before, name, labels };
  const runtime = config.config ?? {};
  const app = appOf(facts, before?.app);
  const named = reference === undefined ? [] : referenceNotes(reference);
  const annotations = new Map<string, string | undefined>([
    ...Object.entries(facts.annotations).filter(([key]) => isCarried(key)),
    ["authors", config.author ?? facts.annotations[wellKnown.authors]],
    ["created", config.created !== undefined && isTime(config.created) ? config.created : undefined],
    ["homepage", webAddress(facts.annotations[wellKnown.homepage])],
    ["documentation", webAddress(facts.annotations[wellKnown.documentation])],
    ...named,
    [dockerNotes.imageId, facts.configuration],
    [dockerNotes.manifest, facts.manifest],
    [dockerNotes.entrypoint, argumentsNote(runtime.Entrypoint)],
    [dockerNotes.cmd, argumentsNote(runtime.Cmd)],
    [ociConfigNote, noteConfig(config)],
    [ociAnnotationsNote, noteAnnotations(facts.annotations)],
  ]);
  return {
    acVersion,
    name,
    labels,
    ...(app !== undefined && { app }),
    annotations: [...annotations].flatMap(([key, value]) =>
      value === undefined || value === "" ? [] : [{ name: key, value }],
    ),
    dependencies: [],
    pathWhitelist: [],
  };
}

/** As docker shows it: `shout`, `registry.example/team/shout`. */
function nameOf(reference: Reference): string {
  const familiar = familiarReference(reference);
  return familiar.slice(0, familiar.lastIndexOf(":"));
}

/** In the order of their names. */
function labelsOf({ config, reference }: ImageFacts, before: AciManifest | undefined): readonly NamedValue[] {
  const { os, architecture, variant } = config;
  const fresh = platformLabels({ os, architecture, ...(variant !== undefined && { variant }) });
  const kept = before?.labels ?? [];
  const now = platformOfLabels(fresh);
  const then = platformOfLabels(kept);
  const same = before !== undefined && JSON.stringify(now) === JSON.stringify(then);
  const labels = new Map(kept.map(({ name, value }) => [name, value]));
  if (!same) for (const { name, value } of fresh) labels.set(name, value);
  if (reference !== undefined) labels.set("version", reference.tag);
  return [...labels].map(([name, value]) => ({ name, value })).sort((a, b) => byText(a.name, b.name));
}

function isUnchanged({ config, annotations }: ImageFacts, before: AciManifest): boolean {
  const then = imageOfAci(before, new Map());
  return (
    saysTheSame(config.config ?? {}, then.config) &&
    annotations[aciNote] === then.annotations[aciNote] &&
    noteAnnotations(annotations) === noteAnnotations(then.annotations) &&
    config.author === then.author &&
    (then.created === undefined || config.created === then.created)
  );
}

/** An image that says nothing of how it is started is a set of files: it has no app. */
function appOf({ config, group }: ImageFacts, before: AciApp | undefined): AciApp | undefined {
  const runtime = config.config ?? {};
  if (before === undefined && Object.keys(runtime).length === 0) return undefined;
  const fresh = appOfConfig(runtime, group);
  return before === undefined ? fresh : appAsNoted(fresh, before, runtime, configOfApp(before, new Map()));
}

/** docker2aci's words for Docker's own registry. */
const hub = { domain: "docker.io", registry: "registry-1.docker.io" } as const;

function referenceNotes(reference: Reference): readonly (readonly [string, string])[] {
  const { domain, repository, tag } = reference;
  return [
    [dockerNotes.originalName, familiarReference(reference)],
    [dockerNotes.registry, domain === hub.domain ? hub.registry : domain],
    [dockerNotes.repository, repository],
    [dockerNotes.tag, tag],
  ];
}

const remade: ReadonlySet<string> = new Set([
  aciNote,
  dockerNotes.imageId,
  dockerNotes.manifest,
  dockerNotes.entrypoint,
  dockerNotes.cmd,
]);

function isCarried(name: string): boolean {
  return isStrictIdentifier(name) && isOwnAnnotation(name) && !remade.has(name);
}

function webAddress(text: string | undefined): string | undefined {
  return text !== undefined && isWebAddress(text) ? text : undefined;
}

function argumentsNote(list: readonly string[] | undefined): string | undefined {
  return list === undefined || list.length === 0 ? undefined : JSON.stringify(list);
}
