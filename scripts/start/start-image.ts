import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Gate, openGate } from "./loopback-gate.ts";
import { asRoot, mustRun, run } from "./program.ts";
import type { ShippedImage } from "./shipped-image.ts";
import type { Started, ToStart, Volume } from "./started.ts";
import { type Starter, starters } from "./starters.ts";

export interface StartOptions {
  /** What the program listens on. */
  readonly port: number;
  /**
   * A question that the working program answers, asked at 127.0.0.1 and a port of this machine. It is asked again
   * until it does not throw, or patience ends.
   */
  ready(port: number): Promise<unknown>;
  readonly volumes?: readonly Volume[];
  /** Only this runtime. */
  readonly runtime?: string;
  /** Hears of each runtime that could not do it: its name and a short reason. */
  readonly told?: (runtime: string, why: string) => void;
}

/** An image that runs and answered once. */
export interface RunningImage {
  readonly runtime: string;
  /** Of 127.0.0.1 on this machine; leads to the program's own. */
  readonly port: number;
  /** What the program printed until now. */
  output(): string;
  /** Ends the program, and removes what it left. */
  stop(): Promise<void>;
}

/** Why nothing could start the image: one line for each runtime. */
export class NoRuntime extends Error {
  readonly reasons: ReadonlyMap<string, string>;

  constructor(reasons: ReadonlyMap<string, string>) {
    super([...reasons].map(([runtime, why]) => `${runtime}: ${why}`).join("\n"));
    this.reasons = reasons;
  }
}

const patience = 30_000;

/**
 * Starts an image with the first runtime of this machine that can, in a network of its own that has only a loopback
 * interface, and waits until it answers.
 * @throws NoRuntime; also when it starts but does not answer: then the reason holds what it printed
 */
export async function startImage(image: ShippedImage, options: StartOptions): Promise<RunningImage> {
  const folder = mkdtempSync(join(tmpdir(), "tare-start-"));
  const remove = () => {
    // An image may hold folders that nobody may write to, not even to remove what is in them.
    if (!asRoot) run("chmod", ["-R", "u+rwX", folder]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    // The program may run as somebody else than who starts it.
    chmodSync(folder, 0o755);
    const root = unpack(image, join(folder, "root"));
    const reasons = new Map<string, string>();
    for (const starter of starters) {
      if (options.runtime !== undefined && starter.name !== options.runtime) continue;
      const scratch = mkdtempSync(join(folder, "scratch-"));
      chmodSync(scratch, 0o755);
      try {
        const running = await startWith(starter, { ...image, ...options, root, scratch }, options);
        return { ...running, stop: () => running.stop().finally(remove) };
      } catch (error) {
        const why = (error as Error).message;
        reasons.set(starter.name, why);
        options.told?.(starter.name, why);
      }
    }
    throw new NoRuntime(reasons);
  } catch (error) {
    remove();
    throw error;
  }
}

function unpack({ tarball }: ShippedImage, root: string): string {
  mkdirSync(root);
  mustRun("tar", ["-xf", tarball, "-C", root, "--numeric-owner", "--delay-directory-restore"]);
  // Where runtimes mount things; docker makes what an image lacks.
  for (const name of ["dev", "proc"]) mkdirSync(join(root, name), { recursive: true });
  return root;
}

async function startWith(starter: Starter, image: ToStart, options: StartOptions): Promise<RunningImage> {
  const started = await starter.start(image);
  let door: Door;
  try {
    door = await untilReady(started, options);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return {
    runtime: starter.name,
    port: door.port,
    output: started.output,
    async stop() {
      await door.close();
      await started.stop();
    },
  };
}

/** The way to the program: its port of this machine. */
type Door = Pick<Gate, "port" | "close">;

async function untilReady(started: Started, { port, ready }: StartOptions): Promise<Door> {
  const deadline = performance.now() + patience;
  let door: Door | undefined;
  let why = "nothing runs in it";
  try {
    for (;;) {
      try {
        door ??= await openDoor(started, port);
        if (door) {
          await ready(door.port);
          return door;
        }
      } catch (error) {
        why = (error as Error).message;
      }
      const ended = !started.alive();
      if (ended || performance.now() > deadline) {
        const said = started.output().trim().slice(-2000) || "nothing";
        throw new Error(`${ended ? "it ended" : `it does not answer (${why})`}, having said: ${said}`);
      }
      await sleep(50);
    }
  } catch (error) {
    await door?.close();
    throw error;
  }
}

async function openDoor(started: Started, port: number): Promise<Door | undefined> {
  if (started.published !== undefined) return { port: started.published, close: async () => {} };
  const pid = started.inside();
  return pid === undefined ? undefined : openGate(pid, port);
}
