import type { World } from "../build/world.ts";
import type { Described } from "../formats/dockerfile/apply-instruction.ts";
import type { Dockerfile } from "../formats/dockerfile/instruction.ts";
import type { Compressor } from "../layers/compressor.ts";
import type { History, Layer } from "../model/image.ts";
import type { Platform } from "../model/platform.ts";
import type { Bases } from "./base.ts";
import type { Context } from "./context.ts";
import type { Plan, Stage } from "./plan.ts";
import type { StageRoot } from "./stage-root.ts";
import type { BuildArguments } from "./variables.ts";

/** A layer, and the instruction that made it. */
export interface StageLayer {
  readonly layer: Layer;
  readonly holds: string;
}

/** A stage, carried out. */
export interface BuiltStage {
  readonly platform: Platform;
  readonly described: Described;
  /** The ARGs that it knows at its end, which a stage built upon it knows from the beginning. */
  readonly args: ReadonlyMap<string, string>;
  readonly layers: readonly StageLayer[];
  readonly history: readonly History[];
  /** Seconds: when the image was made, as far as that can be said again tomorrow. */
  readonly time: number;
  /** What its layers hold, read when it is first asked for. */
  readonly root: () => Promise<StageRoot>;
}

/** All that the stages of one build have in common. */
export interface StageWorld {
  readonly dockerfile: Dockerfile;
  readonly plan: Plan;
  /** The Dockerfile's, absolute. */
  readonly folder: string;
  readonly context: Context;
  readonly platform: Platform;
  /** Whether somebody asked for that platform. */
  readonly strict: boolean;
  readonly args: BuildArguments;
  readonly globals: ReadonlyMap<string, string>;
  readonly bases: Bases;
  readonly compressor: Compressor;
  /** SOURCE_DATE_EPOCH: nothing is younger. */
  readonly epoch: number | undefined;
  readonly world: World;
  readonly warn: (text: string) => void;
  /** What images that --from names hold, by what it says. */
  readonly roots: Map<string, Promise<StageRoot>>;
  /** An earlier stage, carried out once. */
  readonly stage: (stage: Stage) => Promise<BuiltStage>;
}
