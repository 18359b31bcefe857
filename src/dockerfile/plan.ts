import { nearest } from "../bytes/nearest.ts";
import { TareError } from "../errors.ts";
import type {
  ArgInstruction,
  ConfigInstruction,
  CopyInstruction,
  Dockerfile,
  FromInstruction,
  RunInstruction,
} from "../formats/dockerfile/instruction.ts";
import { refuseAt } from "../formats/dockerfile/refuse.ts";

/** What may stand in a stage. */
export type StageInstruction = ArgInstruction | CopyInstruction | RunInstruction | ConfigInstruction;

export interface Stage {
  readonly index: number;
  readonly from: FromInstruction;
  readonly instructions: readonly StageInstruction[];
}

/** A Dockerfile as its stages. */
export interface Plan {
  /** The ARGs before the first FROM. */
  readonly globals: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
}

/** The frontends whose language this is; another would read the file differently. */
const ownSyntax = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@ ]|$)/;

/** @throws BAD_DOCKERFILE */
export function planOf({ file, directives, instructions }: Dockerfile): Plan {
  const { syntax } = directives;
  if (syntax !== undefined && !ownSyntax.test(syntax))
    refuseAt({ file, line: 1 })(`# syntax=${syntax} asks for a language that tare does not know`);
  const globals: ArgInstruction[] = [];
  const stages: { index: number; from: FromInstruction; instructions: StageInstruction[] }[] = [];
  for (const instruction of instructions) {
    const { name, line } = instruction;
    const stage = stages.at(-1);
    if (name === "FROM") {
      const { stage: own } = instruction;
      const before = own !== undefined && stages.find(({ from }) => from.stage === own);
      if (before) refuseAt({ file, line })(`there is a stage ${own} already, on line ${before.from.line}`);
      stages.push({ index: stages.length, from: instruction, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (name === "ARG") globals.push(instruction);
    else refuseAt({ file, line })(`${name} stands before the first FROM, where only ARG may stand`);
  }
  if (stages.length === 0)
    refuseAt({ file, line: 1 })(
      "it has no FROM, which says what the image is built upon: FROM scratch is nothing at all",
    );
  return { globals, stages };
}

/** The stage that is asked for by name or number; without, the last one. @throws BAD_USAGE */
export function targetOf({ stages }: Plan, target: string | undefined, file: string): Stage {
  if (target === undefined) return stages.at(-1) as Stage;
  const found = stageNamed(stages, target);
  if (found !== undefined) return found;
  const names = stages.flatMap(({ from }) => from.stage ?? []);
  const meant = nearest(target, names);
  const why = `${file} has no stage ${JSON.stringify(target)}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  throw new TareError({ code: "BAD_USAGE", why, help: "tare build --help" });
}

/** By its name, in any case, or its number from 0. */
export function stageNamed(stages: readonly Stage[], name: string): Stage | undefined {
  const named = stages.find(({ from }) => from.stage === name.toLowerCase());
  if (named !== undefined) return named;
  return /^[0-9]{1,5}$/.test(name) ? stages[Number(name)] : undefined;
}
