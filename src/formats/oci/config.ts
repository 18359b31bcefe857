import type { History, ImageConfig, RuntimeConfig } from "../../model/image.ts";
import { encodeJson, type Foreign, JsonDoor, sortedMap } from "./json.ts";

/** An image configuration (image-spec, config.md), its members in the order of the specification. */
export function encodeConfig(image: ImageConfig): Buffer {
  return encodeJson(imageJson(image));
}

/**
 * The same of a configuration that was read and then changed: the members that are not of `ImageConfig` follow, as they
 * were (`os.version`, Docker's own).
 */
export function encodeWholeConfig(image: ImageConfig): Buffer {
  const known = imageJson(image);
  const runtime = image.config && withOthers(runtimeJson(image.config), image.config);
  return encodeJson(withOthers({ ...known, config: runtime }, image));
}

function withOthers(known: object, whole: object): object {
  const others = Object.entries(whole).filter(([key]) => !Object.hasOwn(known, key));
  return { ...known, ...Object.fromEntries(others) };
}

function imageJson(image: ImageConfig) {
  const { created, author, architecture, os, variant, config, rootfs, history } = image;
  return {
    created,
    author,
    architecture,
    os,
    variant,
    config: config && runtimeJson(config),
    rootfs: { type: rootfs.type, diff_ids: rootfs.diff_ids },
    history: history?.map(historyJson),
  };
}

function runtimeJson(config: RuntimeConfig) {
  const { User, ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal } = config;
  const health = config.Healthcheck;
  return {
    User,
    ExposedPorts: sortedMap(ExposedPorts),
    Env,
    Entrypoint,
    Cmd,
    Healthcheck: health && {
      Test: health.Test,
      Interval: health.Interval,
      Timeout: health.Timeout,
      StartPeriod: health.StartPeriod,
      StartInterval: health.StartInterval,
      Retries: health.Retries,
    },
    Volumes: sortedMap(Volumes),
    WorkingDir,
    Labels: sortedMap(Labels),
    StopSignal,
    OnBuild: config.OnBuild,
    Shell: config.Shell,
  };
}

function historyJson({ created, created_by, author, comment, empty_layer }: History) {
  return { created, created_by, author, comment, empty_layer };
}

/**
 * Members that are not of `ImageConfig` (Docker has many) stay in the value as they are, unchecked.
 * @throws BAD_ARCHIVE
 */
export function decodeConfig(bytes: Uint8Array, where: string): ImageConfig {
  const door = new JsonDoor("image configuration", where);
  const from = door.object(door.parse(bytes), "it");
  for (const key of ["created", "author", "variant"]) door.optionalText(from[key], key);
  door.text(from.os, "os");
  door.text(from.architecture, "architecture");
  const rootfs = door.object(from.rootfs, "rootfs");
  if (rootfs.type !== "layers") door.refuse('rootfs.type is not "layers"');
  // Docker writes null for an image without layers.
  const diffIds = door
    .list(rootfs.diff_ids ?? [], "rootfs.diff_ids")
    .map((id, at) => door.digest(id, `rootfs.diff_ids[${at}]`));
  const history = from.history == null ? undefined : decodeHistory(from.history, door);
  const filled = history?.filter((line) => line.empty_layer !== true).length;
  if (filled !== undefined && filled > 0 && filled !== diffIds.length)
    door.refuse(`its history tells of ${filled} layers, but it has ${diffIds.length}`);
  const config = from.config == null ? undefined : decodeRuntime(from.config, door);
  return {
    ...withoutNulls(from),
    os: from.os as string,
    architecture: from.architecture as string,
    ...(config && { config }),
    rootfs: { type: "layers", diff_ids: diffIds },
    ...(history && { history }),
  };
}

function decodeHistory(value: unknown, door: JsonDoor): readonly History[] {
  return door.list(value, "history").map((member, at) => {
    const line = door.object(member, `history[${at}]`);
    for (const key of ["created", "created_by", "author", "comment"])
      door.optionalText(line[key], `history[${at}].${key}`);
    if (line.empty_layer != null && typeof line.empty_layer !== "boolean")
      door.refuse(`history[${at}].empty_layer is not true or false`);
    return withoutNulls(line) as History;
  });
}

function decodeRuntime(value: unknown, door: JsonDoor): RuntimeConfig {
  const from = door.object(value, "config");
  for (const key of ["User", "WorkingDir", "StopSignal"]) door.optionalText(from[key], `config.${key}`);
  for (const key of ["Env", "Entrypoint", "Cmd", "OnBuild", "Shell"])
    if (from[key] != null) door.texts(from[key], `config.${key}`);
  for (const key of ["ExposedPorts", "Volumes"])
    if (from[key] != null) door.object(from[key], `config.${key}`);
  door.strings(from.Labels, "config.Labels");
  if (from.Healthcheck != null) {
    const health = door.object(from.Healthcheck, "config.Healthcheck");
    if (health.Test != null) door.texts(health.Test, "config.Healthcheck.Test");
    for (const key of ["Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"])
      if (health[key] != null) door.size(health[key], `config.Healthcheck.${key}`);
  }
  return withoutNulls(from) as RuntimeConfig;
}

/** Go writes null for what is empty; for us that is absent. */
function withoutNulls(from: Foreign): Foreign {
  const kept: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(from)) if (value !== null) kept[key] = value;
  return kept;
}
