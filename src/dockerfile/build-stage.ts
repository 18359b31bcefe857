import { applyInstruction, type Described } from "../formats/dockerfile/apply-instruction.ts";
import { expandInstruction } from "../formats/dockerfile/expand-instruction.ts";
import type { CopyInstruction, RunInstruction } from "../formats/dockerfile/instruction.ts";
import { parseDockerfile } from "../formats/dockerfile/parse-dockerfile.ts";
import { type Refuse, refuseAt, saidAt } from "../formats/dockerfile/refuse.ts";
import { layerEntries } from "../images/flatten.ts";
import type { History } from "../model/image.ts";
import { baseImage } from "./base.ts";
import { contextSource } from "./context.ts";
import { copyInto } from "./copy-instruction.ts";
import { noContent } from "./file-content.ts";
import { copyLine, historyLine } from "./history.ts";
import { LayerPlan } from "./layer-plan.ts";
import { ownerOf } from "./owner.ts";
import { type Stage, type StageInstruction, stageNamed } from "./plan.ts";
import { sealSegment } from "./seal-segment.ts";
import type { BuiltStage, StageLayer, StageWorld } from "./stage.ts";
import { StageRoot } from "./stage-root.ts";
import { startOf } from "./start-of-stage.ts";
import { StageArguments } from "./variables.ts";

/** @throws BAD_DOCKERFILE, and what opening images, copying and downloading throw */
export async function buildStage(stage: Stage, all: StageWorld): Promise<BuiltStage> {
  const run = stage.instructions.find((instruction) => instruction.name === "RUN");
  // Said before anything is opened or copied.
  if (run !== undefined) refuseRun(run, refuseAt({ file: all.dockerfile.file, line: run.line }));
  const start = await startOf(stage, all).catch((error) => {
    throw saidAt(error, { file: all.dockerfile.file, line: stage.from.line });
  });
  return new StageBuild(start, stage, all).run();
}

class StageBuild {
  readonly #start: BuiltStage;
  readonly #stage: Stage;
  readonly #all: StageWorld;
  readonly #args: StageArguments;
  readonly #layers: StageLayer[];
  readonly #history: History[];
  readonly #created: string;
  #described: Described;
  /** The stage's own, from when it is first changed. */
  #root: StageRoot | undefined;

  constructor(start: BuiltStage, stage: Stage, all: StageWorld) {
    this.#start = start;
    this.#stage = stage;
    this.#all = all;
    this.#args = new StageArguments(all.globals, all.args, start.args);
    this.#layers = [...start.layers];
    this.#history = [...start.history];
    this.#created = new Date(start.time * 1000).toISOString().replace(".000Z", "Z");
    this.#described = { ...start.described, commandSet: false };
  }

  async run(): Promise<BuiltStage> {
    const { dockerfile, world } = this.#all;
    for (const instruction of [...this.#triggers(), ...this.#stage.instructions]) {
      world.signal.throwIfAborted();
      const place = { file: dockerfile.file, line: instruction.line };
      await this.#carryOut(instruction, refuseAt(place)).catch((error) => {
        throw saidAt(error, place);
      });
    }
    const { platform, time } = this.#start;
    const own = this.#root;
    return {
      platform,
      time,
      described: this.#described,
      args: this.#args.declared,
      layers: this.#layers,
      history: this.#history,
      root: own === undefined ? this.#start.root : async () => own,
    };
  }

  /** What the base has kept for whoever builds upon it; it is done with then. */
  #triggers(): StageInstruction[] {
    const { OnBuild = [], ...config } = this.#described.config;
    const { line } = this.#stage.from;
    this.#described = { ...this.#described, config };
    return OnBuild.flatMap((trigger) => {
      const { instructions } = parseDockerfile(
        trigger,
        `${this.#all.dockerfile.file}:${line}: ONBUILD of the base`,
      );
      return instructions.map((instruction) => ({ ...instruction, line }) as StageInstruction);
    });
  }

  async #carryOut(instruction: StageInstruction, refuse: Refuse): Promise<void> {
    const { file, escapeToken } = this.#all.dockerfile;
    const { Env } = this.#described.config;
    switch (instruction.name) {
      case "RUN":
        return refuseRun(instruction, refuse);
      case "ARG": {
        const declared = this.#args.declare(instruction, Env, { file, escapeToken });
        const words = declared.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`));
        return this.#tell(`ARG ${words.join(" ")}`);
      }
      case "COPY":
      case "ADD": {
        const variables = this.#args.variables(Env);
        return this.#copy(expandInstruction(instruction, { variables, file, escapeToken }), refuse);
      }
      default: {
        const variables = this.#args.variables(Env);
        const plain = expandInstruction(instruction, { variables, file, escapeToken });
        this.#described = applyInstruction(this.#described, plain, file);
        const line = historyLine(plain, this.#described.config);
        if (plain.name === "WORKDIR") await this.#workingFolder(line ?? "", refuse);
        else if (line !== undefined) this.#tell(line);
      }
    }
  }

  #tell(line: string): void {
    this.#history.push({ created: this.#created, created_by: line, empty_layer: true });
  }

  /** Made for the user of the moment, as docker makes it. */
  async #workingFolder(line: string, refuse: Refuse): Promise<void> {
    const { WorkingDir = "/", User = "" } = this.#described.config;
    await this.#layer(line, async (plan, root) => {
      if (plan.lookUp(WorkingDir)?.kind === "folder") return;
      const owner = User === "" ? undefined : await ownerOf(User, root, refuse);
      plan.folder(WorkingDir, owner);
    });
  }

  async #copy(instruction: CopyInstruction, refuse: Refuse): Promise<void> {
    const { context, world, warn } = this.#all;
    const { time } = this.#start;
    const source =
      instruction.from === undefined
        ? contextSource(context, time)
        : await this.#sourceOf(instruction.from, refuse);
    await this.#layer(copyLine(instruction), (plan, root) =>
      copyInto(instruction, {
        plan,
        root,
        source,
        workingFolder: this.#described.config.WorkingDir ?? "/",
        mtime: time,
        world,
        refuse,
        warn,
      }),
    );
  }

  async #sourceOf(from: string, refuse: Refuse) {
    const { plan, platform, strict } = this.#all;
    if (from.includes("$")) refuse("--from takes no variables: name a stage that is made FROM them");
    const stage = stageNamed(plan.stages.slice(0, this.#stage.index), from);
    if (stage !== undefined) return (await (await this.#all.stage(stage)).root()).source(`the stage ${from}`);
    if (stageNamed(plan.stages, from) !== undefined || /^[0-9]+$/.test(from))
      return refuse(`--from=${from} names no stage above this one`);
    const { roots, world } = this.#all;
    const there = roots.get(from);
    if (there !== undefined) return (await there).source(from);
    const image = await baseImage(from, { ...this.#all, platform, strict }, refuse);
    const root = StageRoot.of(image.layers, from, world.signal);
    roots.set(from, root);
    return (await root).source(from);
  }

  /** One layer, of what `fill` plans; none when that is nothing. */
  async #layer(line: string, fill: (plan: LayerPlan, root: StageRoot) => Promise<void>): Promise<void> {
    const { epoch, compressor, world } = this.#all;
    this.#root ??= (await this.#start.root()).copy();
    const root = this.#root;
    const plan = new LayerPlan(root, this.#start.time, epoch);
    await fill(plan, root);
    if (plan.isEmpty) return this.#tell(line);
    const { segment, positions } = plan.finish();
    const layer = await sealSegment(segment(world.signal), line, compressor, world);
    const bundle = { entries: () => layerEntries(layer, world.signal) };
    root.settle((index) => {
      const position = positions.get(index);
      return position === undefined ? noContent : { bundle, index: position };
    });
    this.#layers.push({ layer, holds: line });
    this.#history.push({ created: this.#created, created_by: line });
  }
}

function refuseRun({ source }: RunInstruction, refuse: Refuse): never {
  return refuse(
    `RUN ${shortened(source.replace(/^run\s*/i, ""))} needs a container, and tare starts none while it builds: put packages into a recipe and build upon it with FROM tare:FOLDER, or make the files beforehand and COPY them`,
  );
}

function shortened(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 50 ? `${line.slice(0, 47)}...` : line;
}
