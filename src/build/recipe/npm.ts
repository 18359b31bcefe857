import { z } from "zod";
import { flag, listOf, matching, object } from "../yaml/shapes.ts";
import { rootPath, sourcePath } from "./files.ts";

/** `from: npm`: an application, what it depends on, and the Node.js that runs it. */

const want = matching(
  /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*(?:@[^\s@/:]{1,128})?$/,
  "a package as NAME, NAME@VERSION or @SCOPE/NAME@VERSION",
);

const node = matching(
  /^(?:debian|fedora|alpine|none|[\^~]?[0-9]{1,3}(?:\.[0-9]{1,5}){0,2}|[0-9]{1,3}(?:\.[0-9]{1,5})?\.x)$/,
  "a version of Node.js, as 24, 24.x, 24.11.1, ^24.3 or ~24.3.1, or debian, fedora, alpine or none",
).meta({ is: { type: ["string", "number"] } });

/** As package.json has them: a version, or a mapping with more of the same. */
type Override = string | { [name: string]: Override };
const override: z.ZodType<Override> = z.lazy(() =>
  z.union([z.string().max(1024), z.record(z.string().max(256), override)], "must be a version or a mapping"),
);

export const npmPackages = object({
  from: z.literal("npm").describe("The npm registry, as npm on this machine is set up for"),
  project: sourcePath
    .optional()
    .describe(
      "A folder with package.json, and package-lock.json or another lock that decides the versions: relative to the recipe's folder",
    ),
  package: listOf(want).optional().describe("Instead of a project: published packages, as shout@0.53.0"),
  overrides: z
    .record(z.string().max(256), override)
    .default({})
    .describe(
      "Versions to take instead of what dependencies ask for, as in package.json; with a project they belong there",
    ),
  to: rootPath
    .default("app")
    .describe(
      "Where node_modules lies, and where the program starts unless config.workdir says so (default: /app)",
    ),
  node: node
    .default("24")
    .describe(
      "The Node.js that runs it: a version of the registry's binaries, as 24, 24.11.1 or ^24.3 (default: 24), debian, fedora or alpine for that distribution's own nodejs, or none",
    ),
  strip: flag()
    .default(false)
    .describe("Whether Node.js and native addons lose what only debuggers read (default: false)"),
  slim: flag()
    .default(true)
    .describe(
      "Whether packages lose what no program reads: their tests, documentation, types, source maps and files for other platforms (default: true)",
    ),
}).superRefine((value, context) => {
  if ((value.project === undefined) === (value.package === undefined))
    context.addIssue({
      code: "custom",
      message: `must have one of project and package, not ${value.project === undefined ? "none" : "both"}`,
    });
  if (value.project !== undefined && Object.keys(value.overrides).length > 0)
    context.addIssue({
      code: "custom",
      path: ["overrides"],
      message: "goes only with package; a project's overrides are those of its package.json",
    });
});

/** Why an application cannot have this Node.js on a distribution; undefined when it can. */
export function whyNoNode(
  version: string,
  distribution: "debian" | "fedora" | "alpine" | undefined,
): string | undefined {
  if (version === "none" || version === distribution) return undefined;
  if (version === "debian" || version === "fedora" || version === "alpine")
    return `needs an item with from: ${version}, whose nodejs it is`;
  if (distribution === "alpine")
    return "must be alpine or none here: the registry's Node.js is linked to glibc, and Alpine's C library is musl";
  return undefined;
}
