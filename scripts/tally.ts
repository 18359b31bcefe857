import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints why each skipped test was skipped, and leaves `N passed, N failed, N skipped` in a file for `.ci/run`.
 * What broke outside a test (a file that does not load, an unhandled rejection) counts as failed.
 */
export class Tally implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "pending") continue;
        count[result.state]++;
        if (result.state !== "skipped") continue;
        const line = `${test.fullName}: ${result.note ?? "no reason given"}`;
        reasons.set(line, (reasons.get(line) ?? 0) + 1);
      }
    }
    for (const [line, times] of [...reasons].sort())
      console.log(`skipped ${line}${times > 1 ? ` (${times} times)` : ""}`);
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(
      this.#file,
      `${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ""}\n`,
    );
  }
}
