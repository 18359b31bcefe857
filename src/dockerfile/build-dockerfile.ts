import { realpath } from "node:fs/promises";
import type { Writable } from "node:stream";
import { leftOutWarning, ownOutputs } from "../build/own-outputs.ts";
import { sourceDateEpoch } from "../build/source-date.ts";
import { stopwatch } from "../build/stopwatch.ts";
import type { World } from "../build/world.ts";
import { nearest } from "../bytes/nearest.ts";
import type { Dockerfile } from "../formats/dockerfile/instruction.ts";
import { parseDockerfile } from "../formats/dockerfile/parse-dockerfile.ts";
import { unreadLists } from "../formats/dockerfile/unread-lists.ts";
import { assembleImage, assembleIndex } from "../images/assemble.ts";
import { type Location, locationText } from "../images/location.ts";
import { saveImage } from "../images/save.ts";
import type { Compressor } from "../layers/compressor.ts";
import type { DockerfileResult, StagedImage } from "../model/dockerfile-result.ts";
import type { Image, RuntimeConfig } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import type { Bases } from "./base.ts";
import { buildStage } from "./build-stage.ts";
import type { Context } from "./context.ts";
import { contextIgnore } from "./context-ignore.ts";
import { planOf, type Stage, targetOf } from "./plan.ts";
import type { BuiltStage, StageWorld } from "./stage.ts";
import { baseOf } from "./start-of-stage.ts";
import { globalArguments, platformArguments } from "./variables.ts";

export interface DockerfileOptions {
  /** The Dockerfile, absolute; undefined for one that is no file. */
  readonly path: string | undefined;
  /** What it is called in sentences. */
  readonly file: string;
  readonly text: string;
  /** What FROM's relative paths start at, and the context; both absolute. */
  readonly folder: string;
  readonly context: string;
  /** What the image is called where a location does not say. */
  readonly name: string;
  /** `--build-arg`. */
  readonly args: ReadonlyMap<string, string>;
  /** A stage's name or number; the last one without. */
  readonly target: string | undefined;
  /** Those asked for; none is this machine's, or the base's own. */
  readonly platforms: readonly Platform[];
  readonly machine: Platform;
  readonly bases: Bases;
  readonly compressor: Compressor;
  /** With absolute paths. */
  readonly to: readonly Location[];
  /** Where `-` leads. */
  readonly stdout: Writable;
}

/**
 * From a Dockerfile to an image at every location. Nothing is run and nothing unpacked: files go from where they are
 * into the layers' tar. The same context and bases give the same image: times are SOURCE_DATE_EPOCH, else the base's,
 * else 1970.
 * @throws BAD_DOCKERFILE, BAD_USAGE, and what opening, copying, downloading and saving throw
 */
export async function buildDockerfile(options: DockerfileOptions, world: World): Promise<DockerfileResult> {
  const watch = stopwatch();
  const dockerfile = parseDockerfile(options.text, options.file);
  const plan = planOf(dockerfile);
  const target = targetOf(plan, options.target, options.file);
  const warnings = new Set([
    ...unreadLists(dockerfile.instructions, options.file),
    ...unusedArguments(dockerfile, options),
  ]);
  const context: Context = {
    folder: await realpath(options.context),
    ignore: await contextIgnore(options.path, options.context),
    isOutput: await ownOutputs(options.to),
    leftOut: (path) => warnings.add(leftOutWarning(path)),
  };
  const built: Made[] = [];
  for (const platform of options.platforms.length > 0 ? options.platforms : [options.machine]) {
    world.progress({ kind: "step", text: `Building ${options.file} for ${platformName(platform)}` });
    const args = { given: options.args, predefined: platformArguments(platform, options.machine) };
    const stages = stagesOf(target, {
      ...options,
      dockerfile,
      plan,
      context,
      platform,
      strict: options.platforms.length > 0,
      args,
      globals: globalArguments(plan.globals, args, dockerfile),
      epoch: sourceDateEpoch(world.environment),
      world,
      warn: (text) => warnings.add(text),
      roots: new Map(),
    });
    built.push(madeOf(await stages(target)));
  }
  watch.lap("layers");
  const [only] = built;
  const whole =
    only !== undefined && built.length === 1 ? only.image : assembleIndex(built.map(({ image }) => image));
  const written: DockerfileResult["written"][number][] = [];
  for (const location of options.to) {
    world.progress({ kind: "step", text: `Writing ${locationText(location)}` });
    const { name, stdout } = options;
    const { environment, progress, signal, runProgram } = world;
    const saved = await saveImage(whole, location, {
      name,
      stdout,
      environment,
      progress,
      signal,
      runProgram,
    });
    written.push({ location: locationText(location), size: saved.bytes });
    for (const note of saved.notes ?? []) warnings.add(note);
  }
  watch.lap("writing");
  return {
    name: options.name,
    ...("index" in whole && { index: whole.index.digest }),
    images: built.map(({ report }) => report),
    written,
    warnings: [...warnings],
    timing: watch.laps(),
  };
}

/** Each stage once, and only those that are asked for. */
function stagesOf(target: Stage, all: Omit<StageWorld, "stage">): (stage: Stage) => Promise<BuiltStage> {
  const begun = new Map<number, Promise<BuiltStage>>();
  const upon = new Set<number>();
  for (let at: Stage | undefined = target; at !== undefined; at = baseOf(at, all).earlier) upon.add(at.index);
  const stage = (wanted: Stage): Promise<BuiltStage> => {
    // Layers that only files are copied from are not in the image: to compress them would be for nothing.
    const compressor = upon.has(wanted.index) ? all.compressor : uncompressed;
    const there = begun.get(wanted.index) ?? buildStage(wanted, { ...all, compressor, stage });
    begun.set(wanted.index, there);
    return there;
  };
  return stage;
}

const uncompressed: Compressor = { format: "none", level: 0 };

interface Made {
  readonly image: Image;
  readonly report: StagedImage;
}

function madeOf({ described, layers, history, platform, time }: BuiltStage): Made {
  const { author, config } = described;
  const image = assembleImage({
    platform,
    layers: layers.map(({ layer }) => layer),
    config: withoutEmptyLists(config),
    created: new Date(time * 1000).toISOString().replace(".000Z", "Z"),
    history,
    ...(author !== undefined && { author }),
  });
  return {
    image,
    report: {
      platform: platformName(platform),
      digest: image.manifest.digest,
      configuration: image.configuration.digest,
      layers: layers.map(({ layer: { digest, diffId, size, compression }, holds }) => ({
        digest,
        diffId,
        size,
        compression,
        holds,
      })),
    },
  };
}

/** `CMD []` takes a command away. */
function withoutEmptyLists(config: RuntimeConfig): RuntimeConfig {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
}

/** docker's own, which need no ARG. */
const proxies = /^(?:https?|ftp|no|all)_proxy$/i;
/** {@link platformArguments}' names. */
const platforms = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;

function* unusedArguments({ instructions }: Dockerfile, { args, file }: DockerfileOptions): Iterable<string> {
  const names = instructions.flatMap((one) =>
    one.name === "ARG" ? one.definitions.map(({ key }) => key) : [],
  );
  for (const name of args.keys()) {
    if (names.includes(name) || proxies.test(name) || platforms.test(name)) continue;
    const meant = nearest(name, names);
    yield `${file} has no ARG ${name}, so --build-arg ${name} changes nothing${meant === undefined ? "." : `; did you mean ${meant}?`}`;
  }
}
