import { posix } from "node:path";
import { dockerIgnore } from "../build/docker-ignore.ts";
import type { World } from "../build/world.ts";
import { encodeText } from "../bytes/text.ts";
import type { CopyInstruction } from "../formats/dockerfile/instruction.ts";
import type { Refuse } from "../formats/dockerfile/refuse.ts";
import type { EntryHeader } from "../model/entry.ts";
import { Copier, type CopyOptions, fileDestination, type Matched, matched } from "./copy-files.ts";
import { fetchUrl } from "./fetch-url.ts";
import type { LayerPlan } from "./layer-plan.ts";
import { ownerOf } from "./owner.ts";
import type { Source, SourceFile } from "./source.ts";
import type { StageRoot } from "./stage-root.ts";
import { isArchive, unpack } from "./unpack.ts";

/** What COPY and ADD work with. */
export interface CopySurroundings {
  readonly plan: LayerPlan;
  readonly root: StageRoot;
  readonly source: Source;
  /** What a relative destination starts at. */
  readonly workingFolder: string;
  /** Seconds: of what has no time of its own. */
  readonly mtime: number;
  readonly world: World;
  readonly refuse: Refuse;
  readonly warn: (text: string) => void;
}

/**
 * Puts into the layer what COPY or ADD says, its variables replaced.
 * @throws BAD_DOCKERFILE, BAD_FILE, UNREADABLE, and what downloads throw
 */
export async function copyInto(instruction: CopyInstruction, around: CopySurroundings): Promise<void> {
  const { plan, root, refuse } = around;
  const { name, sources, documents, chown, chmod, checksum } = instruction;
  const files = sources.filter((source) => !isUrl(source));
  const urls = sources.filter(isUrl);
  if (name === "COPY" && urls.length > 0) refuse(`COPY takes no address; ADD ${urls[0]} does`);
  if (checksum !== undefined && (urls.length !== 1 || sources.length !== 1))
    refuse("--checksum is for one address of http or https");
  const git =
    files.find((source) => /^git@|^(?:git|ssh):\/\//.test(source)) ??
    urls.find((url) => /\.git(?:#|$)/.test(url));
  if (git !== undefined) refuse(`${git} is a git repository, which tare does not clone: clone it first`);
  if (sources.includes(""))
    refuse(`${name} has a source that stands for nothing: give the variable in it a value`);
  if (instruction.exclude.some((pattern) => pattern.startsWith("!")))
    refuse("--exclude cannot take back with !");
  const owner = chown === undefined ? undefined : await ownerOf(chown, root, refuse);
  const excluded =
    instruction.exclude.length === 0 ? undefined : dockerIgnore(instruction.exclude.join("\n"));
  const options: CopyOptions = {
    owner,
    mode: chmod === undefined ? undefined : modeOf(chmod, refuse),
    excluded: (path) => excluded?.excludes(path) ?? false,
    refuse,
  };
  const destination = absolute(instruction.destination, around.workingFolder);
  const many = sources.length + documents.length > 1;
  await copyFiles(instruction, files, destination, many, options, around);
  const single = (file: SourceFile, called: string) =>
    new Copier(plan, around.source, options).file(
      file,
      fileDestination(plan, destination, many || endsInFolder(instruction.destination), called),
    );
  for (const url of urls) single(...(await fetched(url, checksum, around)));
  for (const { name: called, content } of documents) {
    if (called === "." || called === ".." || /[/\0]/.test(called))
      refuse(`${JSON.stringify(called)} cannot be what a document's file is called`);
    const bytes = encodeText(content);
    const header = plainFile(0o644, bytes.byteLength, around.mtime);
    single({ header, content: { open: () => bytes } }, called);
  }
}

async function copyFiles(
  { name, destination: text, parents, unpack: wanted }: CopyInstruction,
  sources: readonly string[],
  destination: string,
  many: boolean,
  options: CopyOptions,
  { plan, source, refuse }: CopySurroundings,
): Promise<void> {
  const copier = new Copier(plan, source, options);
  const isFolder = many || endsInFolder(text);
  let found = 0;
  for (const one of sources) {
    const some = await matched(source, one, refuse);
    found += some.length;
    const asFiles = some.filter(({ file }) => file.header.type !== "directory");
    const inFolder = isFolder || parents || plan.lookUp(destination)?.kind === "folder";
    const [first, second] = asFiles;
    if (first !== undefined && second !== undefined && !inFolder)
      refuse(
        `${one} stands for several files (${first.path}, ${second.path}), so the destination must end in /`,
      );
    for (const match of some) {
      const { file, path } = match;
      const into = parents ? posix.join(destination, parentOf(match, one)) : destination;
      if (file.header.type === "directory")
        await copier.folder(file, parents ? posix.join(into, posix.basename(path)) : into);
      else if (
        (wanted ?? name === "ADD") &&
        "open" in file.content &&
        (await isArchive(file.content.open, path))
      )
        await unpack(plan, file.content.open, path, into, options.owner);
      else if (!options.excluded(posix.basename(path)))
        copier.file(file, fileDestination(plan, into, isFolder || parents, posix.basename(path)));
    }
  }
  if (sources.length > 0 && found === 0) refuse(`nothing in ${source.name} matches ${sources.join(" or ")}`);
}

/** The folders of a source that --parents keeps: all, or those after a `/./`. */
function parentOf({ path }: Matched, text: string): string {
  const pivot = text.indexOf("/./");
  const folders = posix.dirname(path).split("/");
  if (pivot < 0) return folders.join("/");
  const cut = posix
    .normalize(text.slice(0, pivot))
    .split("/")
    .filter((name) => name !== "" && name !== ".");
  return folders.slice(cut.length).join("/") || ".";
}

async function fetched(
  url: string,
  checksum: string | undefined,
  { world, refuse, warn, mtime }: CopySurroundings,
): Promise<[SourceFile, string]> {
  const { content, name } = await fetchUrl(url, checksum, world, refuse);
  if (checksum === undefined)
    warn(
      `ADD ${url} has no --checksum: whoever serves it decides what is in the image; --checksum=${content.digest} holds it.`,
    );
  const header = plainFile(0o600, content.size, mtime);
  return [{ header, content: { open: () => content.open() } }, name ?? refuse(`${url} names no file`)];
}

function plainFile(mode: number, size: number, mtime: number): EntryHeader {
  return { path: "", type: "file", mode, uid: 0, gid: 0, uname: "", gname: "", size, mtime };
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

function endsInFolder(text: string): boolean {
  return text === "" || /(?:^|\/)\.{0,2}$/.test(text);
}

function absolute(path: string, workingFolder: string): string {
  return posix.join("/", path.startsWith("/") ? "" : workingFolder, path);
}

function modeOf(text: string, refuse: Refuse): number {
  if (!/^0*[0-7]{1,4}$/.test(text))
    refuse(`--chmod must be an octal mode such as 644 or 0755, not ${JSON.stringify(text)}`);
  return Number.parseInt(text, 8);
}
