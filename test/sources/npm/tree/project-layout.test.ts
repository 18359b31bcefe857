import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectLayout } from "../../../../src/sources/npm/tree/project-layout.ts";
import { withFolder } from "../../../kit/temporary.ts";

const lockOf = (packages: unknown) => JSON.stringify({ lockfileVersion: 3, packages });

test("a project's workspaces are links to its own folders, with their commands", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "packages/api"), { recursive: true });
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(join(folder, "packages/api/package.json"), '{"name":"api","bin":"run.js"}');
    const packages = {
      "": {},
      "node_modules/api": { resolved: "packages/api", link: true },
      "node_modules/tests": { resolved: "packages/tests", link: true, dev: true },
      "node_modules/ms": { version: "2.0.0" },
      "node_modules/odd": null,
    };
    await writeFile(join(folder, "package-lock.json"), lockOf(packages));
    expect((await projectLayout(folder)).links).toEqual([
      { path: "node_modules/api", target: "packages/api", bin: [["api", "run.js"]] },
    ]);
  }));

test.each([
  ["node_modules/x", "../elsewhere"],
  ["node_modules/x", "/etc"],
  ["node_modules/../../x", "packages/x"],
])("a link from %s to %s is refused", (path, resolved) =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(join(folder, "package-lock.json"), lockOf({ [path]: { resolved, link: true } }));
    await expect(projectLayout(folder)).rejects.toThrow(
      `its lock has a link from ${path} to ${resolved}, which is not inside the project`,
    );
  }),
);
