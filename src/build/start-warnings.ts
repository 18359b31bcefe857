import { posix } from "node:path";
import type { RuntimeConfig } from "../model/image.ts";
import type { FinishedTree, Found } from "./finished-tree.ts";
import type { OwnEntry } from "./recipe-files.ts";

/** Longer first lines are no interpreter's: Linux reads as much (binfmt_script). */
const firstLine = 256;

const env = "/usr/bin/env";

/**
 * Whether the image can start the program that its configuration names: nothing, or one sentence. It is looked up as a
 * runtime does, in the folders of PATH unless it has a slash in it. What a volume brings is not known.
 */
export async function startWarnings(
  config: RuntimeConfig,
  tree: FinishedTree,
  platform: string,
): Promise<string[]> {
  const field = (config.Entrypoint ?? []).length > 0 ? "entrypoint" : "cmd";
  const [program, ...rest] = (field === "entrypoint" ? config.Entrypoint : config.Cmd) ?? [];
  if (program === undefined || program === "") return [];
  const places = placesOf(program, config);
  if (places.some((place) => inVolume(place, config))) return [];
  const subject = `On ${platform}, config.${field} starts ${program}, which`;
  const files = places.map((place) => ({ place, file: tree.find(place) }));
  const start = files.find(({ file }) => file?.executable);
  if (start?.file === undefined) {
    if (files.some(({ file }) => file?.type === "file"))
      return [`${subject} may not be executed: give it a mode like 0755 under files.`];
    const where = program.includes("/") ? "" : `; PATH is ${pathOf(config)}`;
    return [`${subject} is not in the image: a container of it will not start${where}.`];
  }
  const [interpreter, name] = await interpreterOf(start.file);
  if (interpreter === undefined || tree.find(posix.join("/", interpreter))?.executable) return [];
  if (interpreter !== env || name === undefined)
    return [`${subject} is a script for ${interpreter}, which the image does not have: it will not start.`];
  const instead = [name, start.place, ...rest].join(", ");
  return [
    `${subject} is a script that wants ${env}, which the image does not have: name the program, ${field}: [${instead}].`,
  ];
}

/** Where a program may be, absolute, in the order in which it is looked for. */
function placesOf(program: string, config: RuntimeConfig): string[] {
  const start = config.WorkingDir ?? "/";
  if (program.includes("/")) return [posix.resolve("/", start, program)];
  return pathOf(config)
    .split(":")
    .map((folder) => posix.resolve("/", start, folder, program));
}

function pathOf({ Env = [] }: RuntimeConfig): string {
  return Env.findLast((line) => line.startsWith("PATH="))?.slice("PATH=".length) ?? "";
}

function inVolume(place: string, { Volumes = {} }: RuntimeConfig): boolean {
  return Object.keys(Volumes).some((volume) =>
    place.startsWith(volume.endsWith("/") ? volume : `${volume}/`),
  );
}

/** Of a script: its interpreter, and its argument. */
async function interpreterOf({ script, own }: Found): Promise<readonly (string | undefined)[]> {
  // A command of npm's packages is Node.js's, unless it is a program.
  if (script) return [env, "node"];
  if (own === undefined) return [];
  const line = /^#![ \t]*([^ \t\n]+)(?:[ \t]+(?:-S[ \t]+)?([^ \t\n]+))?/.exec(await beginningOf(own));
  return line === null ? [] : line.slice(1);
}

async function beginningOf({ open }: OwnEntry): Promise<string> {
  const content = open();
  if (content instanceof Uint8Array) return Buffer.from(content.subarray(0, firstLine)).toString("latin1");
  for await (const chunk of content) return Buffer.from(chunk.subarray(0, firstLine)).toString("latin1");
  return "";
}
