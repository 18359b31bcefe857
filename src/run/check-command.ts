import { closeSync, openSync, readSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { TareError } from "../errors.ts";
import { readElf } from "../formats/elf.ts";
import type { Container, ContainerUser, HostUser } from "./container.ts";
import { realPath } from "./real-path.ts";

/** As Linux has it: scripts that name scripts. */
const interpreterLimit = 5;
/** Linux reads so much of a script to find its interpreter. */
const firstLine = 256;

type Verdict = { readonly missing: string } | { readonly refused: string } | undefined;

/**
 * Looks whether the program of a container can be started at all, by the kernel's rules and before any runtime is
 * asked: each of these would say it in another way, and end with another code.
 * @throws COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
 */
export async function checkCommand(container: Container, host: HostUser, where: string): Promise<void> {
  const [command = ""] = container.args;
  const verdict = (await workdirVerdict(container, host)) ?? (await commandVerdict(command, container, host));
  if (verdict === undefined) return;
  throw "missing" in verdict
    ? new TareError({ code: "COMMAND_NOT_FOUND", command, where, why: verdict.missing })
    : new TareError({ code: "COMMAND_NOT_EXECUTABLE", command, where, why: verdict.refused });
}

async function workdirVerdict(container: Container, host: HostUser): Promise<Verdict> {
  const folders = (await realPath(container.workdir, container)) ?? [];
  if (await mayPass(folders, container.user, host)) return undefined;
  return { refused: `its user may not enter ${container.workdir}` };
}

async function commandVerdict(command: string, container: Container, host: HostUser): Promise<Verdict> {
  if (command.includes("/"))
    return fileVerdict(posix.resolve(container.workdir, command), container, host, interpreterLimit);
  const path = container.env.find((pair) => pair.startsWith("PATH="))?.slice("PATH=".length) ?? "";
  let first: Verdict;
  for (const folder of path.split(":")) {
    const file = posix.resolve(container.workdir, folder, command);
    const found = await realPath(file, container);
    if (found === undefined) continue;
    const verdict = await fileVerdict(file, container, host, interpreterLimit);
    if (verdict === undefined) return undefined;
    first ??= verdict;
  }
  return first ?? { missing: `it is in no folder of the PATH, ${path}` };
}

/** @param file absolute, in the container */
async function fileVerdict(
  file: string,
  container: Container,
  host: HostUser,
  interpreters: number,
): Promise<Verdict> {
  const path = await realPath(file, container);
  const real = path?.at(-1);
  if (path === undefined || real === undefined) return { missing: "it is not there" };
  const stats = await stat(real);
  if (stats.isDirectory()) return { refused: "it is a folder" };
  if (!stats.isFile()) return { refused: "it is no file" };
  if (!mayExecute(stats, container.user, host) || !(await mayPass(path.slice(0, -1), container.user, host)))
    return { refused: `its mode does not let user ${container.user.uid} execute it` };
  const needed = interpreterOf(real);
  if (needed === "none") return { refused: "it is neither an ELF program nor a script with #!" };
  if (needed === undefined || interpreters === 0) return undefined;
  const its = posix.resolve(container.workdir, needed);
  const verdict = await fileVerdict(its, container, host, interpreters - 1);
  if (verdict === undefined) return undefined;
  const why = "missing" in verdict ? verdict.missing : verdict.refused;
  const said = `it needs ${needed}, and ${why.replace(/^it is not there/, "that is not there")}`;
  return "missing" in verdict ? { missing: said } : { refused: said };
}

/** Who has to start a file: a script's interpreter, a program's linker; `none` where nobody could. */
function interpreterOf(file: string): string | "none" | undefined {
  const fd = openSync(file, "r");
  try {
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    };
    const start = Buffer.from(read(0, firstLine)).toString("latin1");
    const script = /^#![ \t]*([^\s\0]+)/.exec(start);
    if (script) return script[1];
    const elf = readElf(read);
    return elf === undefined ? "none" : elf.interpreter;
  } finally {
    closeSync(fd);
  }
}

async function mayPass(folders: readonly string[], user: ContainerUser, host: HostUser): Promise<boolean> {
  if (user.uid === 0) return true;
  for (const folder of folders) if (!mayExecute(await stat(folder), user, host)) return false;
  return true;
}

/**
 * Root needs somebody to be allowed. Without root the files are the one user's; of a mounted file of somebody else, the
 * groups that count are not known here.
 */
function mayExecute({ mode, uid, gid }: Stats, user: ContainerUser, host: HostUser): boolean {
  const owner = uid === (host.uid === 0 ? user.uid : host.uid);
  if (user.uid === 0 || (host.uid !== 0 && !owner)) return (mode & 0o111) !== 0;
  if (owner) return (mode & 0o100) !== 0;
  return (mode & (gid === user.gid || user.groups.includes(gid) ? 0o010 : 0o001)) !== 0;
}
