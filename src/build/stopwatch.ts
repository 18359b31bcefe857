import type { BuildResult } from "../model/result.ts";

/** How long the stages of a piece of work take, for the report alone. */
export function stopwatch(): { lap(stage: string): void; laps(): BuildResult["timing"] } {
  const laps: { stage: string; milliseconds: number }[] = [];
  let since = performance.now();
  return {
    lap(stage) {
      const now = performance.now();
      laps.push({ stage, milliseconds: Math.round(now - since) });
      since = now;
    },
    laps: () => laps,
  };
}
