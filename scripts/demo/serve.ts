import { humanTime } from "../../src/report/size.ts";
import type { ShippedImage } from "../start/shipped-image.ts";
import { NoRuntime, type RunningImage, startImage } from "../start/start-image.ts";
import { show } from "./print.ts";

const port = 9000;

/** Starts shout with the first runtime that can, and asks it. Where none can, says why. */
export async function showServing(image: ShippedImage): Promise<void> {
  const start = performance.now();
  let running: RunningImage;
  try {
    running = await startImage(image, { port, ready: (at) => ask(at, "/") });
  } catch (error) {
    if (!(error instanceof NoRuntime)) throw error;
    show("Nothing here can start it:");
    for (const [name, why] of error.reasons) show(`  ${name}: ${why.split("\n", 1)[0]}`);
    return;
  }
  try {
    show(
      `${running.runtime} started it in ${humanTime(performance.now() - start)}, unpacking included, and it answers:`,
    );
    const page = await ask(running.port, "/");
    const name = /<title>(.*?)<\/title>/s.exec(page.text)?.[1]?.trim();
    show(
      `GET /            HTTP ${page.status}, a page of ${page.text.length} characters with the title "${name}"`,
    );
    const socket = await ask(running.port, "/socket.io/?EIO=2&transport=polling");
    show(
      `GET /socket.io/  HTTP ${socket.status}, ${socket.text.includes('"sid"') ? "a session was opened" : "no session"}`,
    );
    if (name !== "Shout" || !socket.text.includes('"sid"')) throw new Error("that is not what shout answers");
  } finally {
    await running.stop();
  }
}

async function ask(at: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`http://127.0.0.1:${at}${path}`, { signal: AbortSignal.timeout(5_000) });
  return { status: answer.status, text: await answer.text() };
}
