import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { housePlan, type Sources } from "./kit/house.ts";

function filesOf(...patterns: string[]): Sources {
  return new Map(
    globSync(patterns)
      .sort()
      .map((path) => [path, readFileSync(path, "utf8")]),
  );
}

describe("the house", () => {
  test("every import points down, and the rooms below meet the world through arguments only", () => {
    expect(housePlan(filesOf("src/**/*.ts"))).toEqual([]);
  });

  test("the version that the program prints is the package's", async () => {
    const { version } = await import("../src/version.ts");
    expect(version).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
  });

  test("no file names a package mirror or registry of this machine", (context) => {
    const hosts = packageHosts();
    if (hosts.length === 0) context.skip("neither apt nor npm names a host here");
    const guilty = trackedFiles().filter((path) => {
      const text = readFileSync(path, "latin1");
      return hosts.some((host) => text.includes(host));
    });
    expect(guilty).toEqual([]);
  });
});

describe("the plan of the house notices", () => {
  const plan = (path: string, text: string) => housePlan(new Map([[path, text]]));

  test.each([
    ["a static import", `import { build } from "../build/build.ts";`],
    ["an import over several lines", `import {\n  type A,\n  b,\n} from "../build/build.ts";`],
    ["an import of a type", `import type { Recipe } from "../build/recipe.ts";`],
    ["an import for its effect", `import "../build/build.ts";`],
    ["a re-export", `export { build } from "../build/build.ts";`],
    ["a dynamic import", `const { build } = await import("../build/build.ts");`],
    ["a room beside it", `import { verify } from "../trust/verify.ts";`],
    ["a room without a floor", `import { odd } from "../attic/odd.ts";`],
    ["a file outside src", `import { kit } from "../../test/kit/tree.ts";`],
  ])("%s that does not point down", (_, text) => {
    expect(plan("src/formats/tar.ts", text)).toHaveLength(1);
  });

  test.each([
    ["a room that nobody gave a floor", "src/attic/odd.ts", ""],
    ["a program started from below", "src/formats/tar.ts", `import { spawn } from "node:child_process";`],
    ["the clock", "src/solver/solve.ts", "const now = Date.now();"],
    ["the environment", "src/http/proxy.ts", "  return process.env.HTTP_PROXY;"],
    ["a heavy library", "src/trust/verify.ts", `import { readKey } from "openpgp";`],
    ["a folder of a heavy library", "src/sources/npm/tree.ts", `import Arborist from "@npmcli/arborist";`],
    ["export *", "src/model/all.ts", `export * from "./entry.ts";`],
    ["the name of a global", "src/model/blob.ts", "export interface Blob {}"],
  ])("%s", (_, path, text) => {
    expect(plan(path, text)).toHaveLength(1);
  });

  test("nothing wrong with imports that point down, and none in comments or strings", () => {
    const text = `
      import { digest } from "../bytes/digest.ts";
      import type { Entry } from "../model/entry.ts";
      import { stat } from "node:fs/promises";
      import { header } from "./header.ts";
      // import("../build/build.ts") and process.env stay out
      export const sentence = 'taken from "../build"';
    `.replaceAll(/^ +/gm, "");
    expect(plan("src/formats/tar.ts", text)).toEqual([]);
  });
});

function trackedFiles(): string[] {
  return execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "" && existsSync(path));
}

/** Host names in this machine's own npm and apt configuration. They are read here and written nowhere. */
function packageHosts(): string[] {
  const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" });
  const sources = globSync("/etc/apt/{sources.list,sources.list.d/*}", { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, "utf8"));
  const hosts = [registry, ...sources].flatMap((text) =>
    [...text.matchAll(/https?:\/\/(?:[^\s/@]*@)?([^\s/:]+)/g)].map(([, host = ""]) => host),
  );
  return [...new Set(hosts)].filter((host) => host.includes(".") && !/^127\./.test(host)).sort();
}
