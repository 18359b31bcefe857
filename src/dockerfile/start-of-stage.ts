import { describedBy } from "../formats/dockerfile/apply-instruction.ts";
import { expand } from "../formats/dockerfile/expand.ts";
import { expansion } from "../formats/dockerfile/expand-instruction.ts";
import { refuseAt } from "../formats/dockerfile/refuse.ts";
import type { Image } from "../model/image.ts";
import { whyUnknownPlatform } from "../model/known-platform.ts";
import { parsePlatform } from "../model/platform.ts";
import { baseImage } from "./base.ts";
import { type Stage, stageNamed } from "./plan.ts";
import type { BuiltStage, StageWorld } from "./stage.ts";
import { StageRoot } from "./stage-root.ts";

/** Where programs are looked for in an image that says nothing of it; docker writes it into images from scratch. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** 9999-12-31: later dates have no RFC 3339 form. */
const latest = 253_402_300_799;

/** What FROM says once its variables are replaced, and the earlier stage that this is, if it is one. */
export function baseOf(
  { from, index }: Stage,
  { dockerfile, globals, plan }: Pick<StageWorld, "dockerfile" | "globals" | "plan">,
): { readonly base: string; readonly earlier: Stage | undefined } {
  const base = expand(from.base, expansion({ ...dockerfile, variables: globals }, from.line));
  const earlier = base === "scratch" ? undefined : stageNamed(plan.stages.slice(0, index), base);
  return { base, earlier };
}

/** Where a stage begins: nothing, an earlier stage, or an image. @throws BAD_DOCKERFILE, and what opening images throws */
export async function startOf(stage: Stage, all: StageWorld): Promise<BuiltStage> {
  const { from } = stage;
  const { dockerfile, globals } = all;
  const refuse = refuseAt({ file: dockerfile.file, line: from.line });
  const how = expansion({ ...dockerfile, variables: globals }, from.line);
  const { base, earlier } = baseOf(stage, all);
  const named = from.platform === undefined ? "" : expand(from.platform, how);
  const platform = named === "" ? all.platform : parsePlatform(named);
  if (platform === undefined) return refuse(`${JSON.stringify(named)} is no platform, such as linux/arm64`);
  const unknown = named === "" ? undefined : whyUnknownPlatform(platform);
  if (unknown !== undefined) return refuse(unknown);
  if (base === "") return refuse(`${from.base} stands for nothing: give the argument a value`);
  if (base === "scratch") {
    const described = describedBy({ Env: [`PATH=${defaultPath}`] });
    const root = async () => new StageRoot("the image");
    return { platform, described, args: new Map(), layers: [], history: [], time: all.epoch ?? 0, root };
  }
  if (earlier !== undefined) return all.stage(earlier);
  const strict = all.strict || named !== "";
  return fromImage(base, await baseImage(base, { ...all, platform, strict }, refuse), all);
}

function fromImage(name: string, image: Image, { epoch, world }: StageWorld): BuiltStage {
  const { config, layers, platform } = image;
  const made = Math.floor(Date.parse(config.created ?? "") / 1000);
  const time = epoch ?? (made > 0 && made <= latest ? made : 0);
  const told = config.history?.filter((line) => line.empty_layer !== true).length;
  const history =
    told === layers.length
      ? (config.history ?? [])
      : layers.map(() => ({ created_by: `a layer of ${name}` }));
  let root: Promise<StageRoot> | undefined;
  return {
    platform,
    described: {
      ...describedBy(config.config ?? {}),
      ...(config.author !== undefined && config.author !== "" && { author: config.author }),
    },
    args: new Map(),
    layers: layers.map((layer) => ({ layer, holds: name })),
    history,
    time,
    root: () => {
      root ??= StageRoot.of(layers, name, world.signal);
      return root;
    },
  };
}
