import { type TestContext, vi } from "vitest";
import type { ShippedImage } from "../../scripts/start/shipped-image.ts";
import {
  NoRuntime,
  type RunningImage,
  type StartOptions,
  startImage,
} from "../../scripts/start/start-image.ts";
import { dockerdPeers, withDockerd } from "./dockerd.ts";
import { findPeer } from "./peers.ts";

/**
 * Starts an image in one runtime, hands it to `work`, and stops it. Skips the test, with the reason, where the runtime
 * cannot start anything. docker gets a daemon of our own, where that can be had, and leaves the developer's alone.
 */
export async function whileRunning(
  context: TestContext,
  image: ShippedImage,
  options: StartOptions & { readonly runtime: string },
  work: (running: RunningImage) => Promise<void>,
): Promise<void> {
  if (options.runtime !== "docker" || !canHaveDockerd()) return whileStarted(context, image, options, work);
  await withDockerd(async (_, socket) => {
    vi.stubEnv("DOCKER_HOST", socket);
    try {
      await whileStarted(context, image, options, work);
    } finally {
      vi.unstubAllEnvs();
    }
  });
}

/** The text of a page at 127.0.0.1. Throws, with the status, for one that is no success. */
export async function askPage(port: number, path = ""): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(5_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return text;
}

async function whileStarted(
  context: TestContext,
  image: ShippedImage,
  options: StartOptions,
  work: (running: RunningImage) => Promise<void>,
): Promise<void> {
  let running: RunningImage;
  try {
    running = await startImage(image, options);
  } catch (error) {
    // It did start, so this is about the image.
    if (!(error instanceof NoRuntime) || /it ended|does not answer/.test(error.message)) throw error;
    return context.skip(error.message);
  }
  try {
    await work(running);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nIn ${running.runtime} it said: ${running.output()}`, {
      cause: error,
    });
  } finally {
    await running.stop();
  }
}

function canHaveDockerd(): boolean {
  return process.getuid?.() === 0 && dockerdPeers.every((program) => findPeer(program) !== undefined);
}
