import { defineConfig } from "vitest/config";
import { Tally } from "./scripts/tally.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Foreign programs (docker, debootstrap) work beside their test: more workers than this only wait for them.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 300_000,
    reporters: ["default", new Tally("out/tests.txt")],
  },
});
