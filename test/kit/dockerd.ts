import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ran, type RunOptions, runCommand } from "./command.ts";

/** `docker …` against a daemon of the test's own; what failed is in the answer. */
export type Docker = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

/** The programs that {@link withDockerd} needs, for `needsPeers`; it needs root, too. */
export const dockerdPeers = ["docker", "dockerd", "containerd", "runc"] as const;

const patience = 60_000;

/**
 * A docker daemon for the length of `work`, with its own containerd, folders and socket, no bridge and no firewall
 * rules; `socket` is what DOCKER_HOST calls it. Containers need `--network none` or `host`. Everything is stopped and removed afterwards.
 */
export async function withDockerd<Value>(
  work: (docker: Docker, socket: string) => Promise<Value>,
  { storage = "overlay2" }: { readonly storage?: "overlay2" | "vfs" } = {},
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "tare-dockerd-"));
  const socket = `unix://${join(folder, "docker.sock")}`;
  const docker: Docker = (args, options) =>
    runCommand("docker", ["--host", socket, ...args], {
      ...options,
      env: { DOCKER_CONFIG: join(folder, "client"), DOCKER_HOST: "", DOCKER_CONTEXT: "", ...options?.env },
    });
  const started: ChildProcess[] = [];
  try {
    await mkdir(join(folder, "client"));
    await writeFile(join(folder, "daemon.json"), "{}");
    await writeFile(join(folder, "containerd.toml"), containerdConfig(folder));
    started.push(await start("containerd", ["--config", join(folder, "containerd.toml")], folder));
    started.push(await start("dockerd", dockerdArgs(folder, socket, storage), folder));
    await untilReady(docker, started, folder);
    return await work(docker, socket);
  } finally {
    for (const child of started.reverse()) await stop(child);
    await runCommand("umount", ["--recursive", "--quiet", folder]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function containerdConfig(folder: string): string {
  return [
    "version = 2",
    `root = ${JSON.stringify(join(folder, "containerd"))}`,
    `state = ${JSON.stringify(join(folder, "containerd-state"))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    "[grpc]",
    `address = ${JSON.stringify(join(folder, "containerd.sock"))}`,
  ].join("\n");
}

function dockerdArgs(folder: string, socket: string, storage: string): string[] {
  return [
    ["--host", socket],
    ["--containerd", join(folder, "containerd.sock")],
    ["--config-file", join(folder, "daemon.json")],
    ["--data-root", join(folder, "data")],
    ["--exec-root", join(folder, "exec")],
    ["--pidfile", join(folder, "docker.pid")],
    ["--storage-driver", storage],
    ["--iptables=false", "--ip6tables=false", "--bridge=none"],
  ].flat();
}

async function start(program: string, args: readonly string[], folder: string): Promise<ChildProcess> {
  const log = await open(join(folder, `${program}.log`), "w");
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  const child = spawn(program, args, {
    stdio: ["ignore", log.fd, log.fd],
    env: { ...process.env, PATH: path },
  });
  child.on("error", () => {});
  await log.close();
  return child;
}

async function untilReady(docker: Docker, started: readonly ChildProcess[], folder: string): Promise<void> {
  const deadline = performance.now() + patience;
  while ((await docker(["version"])).code !== 0) {
    const dead = started.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    if (dead || performance.now() > deadline) {
      const log = await readFile(join(folder, "dockerd.log"), "utf8").catch(() => "");
      throw new Error(`dockerd does not start: ${log.slice(-2000)}`);
    }
    await sleep(100);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await ended;
  clearTimeout(late);
}
