import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mustRun } from "../kit/command.ts";
import { buildFolder } from "../kit/example.ts";
import { withFolder } from "../kit/temporary.ts";
import { askPage, whileRunning } from "../kit/while-running.ts";

test(
  "what `tare init` writes for an application builds and runs as it stands",
  {
    timeout: 180_000,
  },
  async (context) =>
    withFolder(async (folder) => {
      const project = join(folder, "api");
      await cp("examples/api", project, { recursive: true });
      await rm(join(project, "tare.yaml"));
      await mustRun(process.execPath, ["src/cli/main.js", "init", project]);
      const { image } = await buildFolder(project, join(folder, "store"));
      const options = { port: 8080, runtime: "bwrap", ready: (port: number) => askPage(port) } as const;
      await whileRunning(context, image, options, async ({ port }) => {
        expect(JSON.parse(await askPage(port))).toMatchObject({ service: "api" });
      });
    }),
);
