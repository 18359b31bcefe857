import { z } from "zod";
import { locationShapes, transports } from "../../images/location.ts";
import { whyUnknownPlatform } from "../../model/known-platform.ts";
import { parsePlatform, platformName } from "../../model/platform.ts";
import { flag, integer, listOf, mapOf, matching, object, strictList, text } from "../yaml/shapes.ts";
import { alpinePackages } from "./alpine.ts";
import { compression } from "./compression.ts";
import { debianPackages } from "./debian.ts";
import { isDistribution, kindOf, whyNoSecond } from "./distribution-names.ts";
import { duration } from "./duration.ts";
import { fedoraPackages } from "./fedora.ts";
import { mode, owner, rootPath, sourcePath } from "./files.ts";
import { npmPackages, whyNoNode } from "./npm.ts";
import { directoryPackages, tarballPackages } from "./tarball.ts";

/**
 * `tare.yaml`. The types of recipe.ts and the JSON Schema that editors use are made from this; every field says in its
 * description what it does, with its default.
 */

const accountName = matching(
  /^[a-z_][a-z0-9_-]{0,31}$/,
  "the name of an account: lower-case letters, digits, - and _",
);
/** A colon ends a field of etc/passwd. */
const accountPath = rootPath.refine((path) => !path.includes(":"), "must have no colon in it");
const id = () => integer(0, 4_294_967_294);
const glob = text(1024).min(1, "must not be empty");
const locale = matching(/^[a-z]{2,3}(?:_[A-Z]{2})?(?:@[a-z]{1,16})?$/, "a locale, as de, pt_BR or sr@latin");

const file = object({
  to: rootPath.describe("Where it is in the image"),
  from: sourcePath
    .optional()
    .describe("A file, or a folder with everything in it: relative to the recipe's folder, and inside it"),
  text: text(1024 * 1024)
    .optional()
    .describe("The file's content"),
  directory: flag().optional().describe("true makes an empty directory"),
  mode: mode
    .optional()
    .describe(
      "Permissions in octal, as 0644 (default: 0755 for directories and what is executable, else 0644)",
    ),
  owner: owner.optional().describe("USER or USER:GROUP, by name or number (default: 0:0)"),
  ignore: listOf(glob)
    .optional()
    .describe(
      "With a folder: globs of what is left out, relative to it; ** crosses folders. A .dockerignore at its top counts as well",
    ),
}).superRefine((value, context) => {
  const given = ["from", "text", "directory"].filter((key) => key in value);
  if (given.length !== 1)
    context.addIssue({
      code: "custom",
      message: `must have one of from, text and directory, not ${given.join(" and ") || "none"}`,
    });
  if (value.ignore && value.from === undefined)
    context.addIssue({ code: "custom", path: ["ignore"], message: "goes only with from" });
});

const excludes = z
  .union([
    matching(
      /^(?:none|default)$/,
      "none, default, a list, or a mapping with default, add and keep",
    ).transform((word) => ({
      default: word === "default",
      add: [] as string[],
      keep: [] as string[],
    })),
    z.array(glob).transform((add) => ({ default: true, add, keep: [] as string[] })),
    object({
      default: flag().default(true).describe("Whether the built-in list counts (default: true)"),
      add: listOf(glob)
        .default([])
        .describe("Further globs of paths to leave out, as /usr/share/foo/*; * crosses folders"),
      keep: listOf(glob).default([]).describe("Globs of paths to keep all the same"),
    }),
  ])
  .meta({ wanted: "none, default, a list of globs, or a mapping" });

const accounts = object({
  "run-as": matching(
    /^(?:[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10})(?::(?:[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10}))?$/,
    "root, nonroot, an account's name, UID or UID:GID",
  )
    .optional()
    .describe(
      "Who the program runs as: root, nonroot (65532, made when it is missing), a name, UID or UID:GID",
    ),
  users: listOf(
    object({
      name: accountName.describe("Its name"),
      uid: id().describe("Its number"),
      gid: id()
        .optional()
        .describe("Its group (default: the number of the user, with a group of the same name)"),
      home: accountPath.optional().describe("Its home (default: /home/NAME; it is not made)"),
      shell: accountPath.optional().describe("Its shell (default: /usr/sbin/nologin)"),
      comment: matching(/^[^:\n]*$/, "text without colons and line breaks")
        .optional()
        .describe("Its full name"),
    }),
  )
    .default([])
    .describe("Users to make, beside those of the packages"),
  groups: listOf(
    object({
      name: accountName.describe("Its name"),
      gid: id().describe("Its number"),
      members: listOf(accountName).default([]).describe("Names of the users in it"),
    }),
  )
    .default([])
    .describe("Groups to make, beside those of the packages"),
});

const healthcheck = object({
  test: z
    .union([strictList(text()).min(1, "must not be empty"), text().min(1, "must not be empty")])
    .describe("The command as a list, or as text for the image's shell"),
  interval: duration.optional().describe("Time between checks, as 30s"),
  timeout: duration.optional().describe("Time until a check counts as failed"),
  "start-period": duration.optional().describe("Time in which failures do not count"),
  retries: integer(1, 1000).optional().describe("Failures in a row until the container is unhealthy"),
});

const config = object({
  entrypoint: strictList(text()).optional().describe("What runs, as a list: [/usr/bin/openssl]"),
  cmd: strictList(text()).optional().describe("Its default arguments, as a list"),
  env: mapOf(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "the name of a variable")
    .optional()
    .describe("Environment variables; PATH has the usual value unless it stands here"),
  user: matching(/^\S{1,128}$/, "USER or USER:GROUP")
    .optional()
    .describe("The user as the runtime gets it (default: accounts.run-as)"),
  workdir: rootPath
    .optional()
    .describe("The directory it starts in (default: that of an npm application, else /)"),
  expose: listOf(
    matching(/^[1-9][0-9]{0,4}(?:\/(?:tcp|udp|sctp))?$/, "a port, as 8080 or 53/udp")
      .refine((port) => Number.parseInt(port, 10) <= 65_535, "must be a port: at most 65535")
      .meta({ is: { type: ["integer", "string"] } }),
  )
    .optional()
    .describe("Ports that the program listens on: 8080 or 53/udp"),
  volumes: listOf(rootPath).optional().describe("Directories whose content outlives the container"),
  labels: mapOf(/^\S{1,256}$/, "a label's name")
    .optional()
    .describe("Labels of the image configuration"),
  "stop-signal": matching(/^(?:SIG[A-Z0-9+-]{2,14}|[1-9][0-9]?)$/, "a signal, as SIGTERM or 15")
    .optional()
    .describe("The signal that ends the program"),
  healthcheck: healthcheck.optional().describe("How to see whether the program is well (docker only)"),
});

export const recipeSchema = object({
  name: matching(
    /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/,
    "a name as images have it: lower-case letters and digits, with . _ - / in between",
  ).describe("The image's name"),
  platforms: listOf(
    z
      .string()
      .refine((value) => parsePlatform(value)?.os === "linux", "must be linux/ARCHITECTURE, as linux/arm64")
      .superRefine((value, context) => {
        const platform = parsePlatform(value);
        const message = platform?.os === "linux" ? whyUnknownPlatform(platform) : undefined;
        if (message !== undefined) context.addIssue({ code: "custom", message });
      })
      .meta({ wanted: "linux/ARCHITECTURE, as linux/arm64" })
      .transform((value) => {
        const platform = parsePlatform(value);
        return platform ? platformName(platform) : value;
      }),
    20,
  )
    .optional()
    .describe("Platforms to build for, as linux/amd64 (default: Linux on this machine's architecture)"),
  variables: mapOf(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable: letters, digits and _")
    .default({})
    .describe(
      `Values of $\{NAME} elsewhere in this file, unless --set NAME=VALUE says otherwise; $$ is a plain $`,
    ),
  packages: listOf(
    z.discriminatedUnion("from", [
      debianPackages,
      fedoraPackages,
      alpinePackages,
      npmPackages,
      tarballPackages,
      directoryPackages,
    ]),
    20,
  )
    .default([])
    .describe("Where packages come from, and which"),
  excludes: excludes
    .default({ default: true, add: [], keep: [] })
    .describe(
      "Paths of packages that are left out: none, default (manuals, documentation, translations), a list of globs beside the default, or a mapping",
    ),
  "host-libraries": listOf(matching(/^[^/\s]{1,255}$/, "the name of a library, as libcuda.so.1"))
    .default([])
    .describe(
      "Libraries that the host brings when the image runs, so that no package need provide them: [libcuda.so.1]",
    ),
  locales: listOf(locale).default([]).describe("Locales whose translations stay: [de, pt_BR]"),
  files: listOf(file).default([]).describe("Files of your own"),
  accounts: accounts
    .default({ users: [], groups: [] })
    .describe("Users and groups, and who the program runs as"),
  config: config.default({}).describe("What the runtime is told about the program"),
  annotations: mapOf(/^\S{1,256}$/, "an annotation's name")
    .default({})
    .describe("Annotations of the manifest and index"),
  layers: integer(3, 120)
    .optional()
    .describe(
      "The most layers that an image may have (default: 8): at least one each for packages, configuration and files",
    ),
  compression: compression
    .default({ format: "gzip" })
    .describe(
      "gzip, zstd or none for the layers, with a level if need be: zstd:9 (default: gzip, which every runtime reads)",
    ),
  to: listOf(
    matching(
      new RegExp(`^(?:docker-daemon:$|(?:${transports.join("|")}):\\S)`),
      `a location: ${Object.values(locationShapes).join(", ")}`,
    ),
    20,
  )
    .default([])
    .describe("Where the image is written to, as docker-archive:NAME.tar or oci:FOLDER:TAG"),
}).superRefine((value, context) => {
  const second = (isOfKind: (from: string) => boolean, message: (from: string, first: string) => string) => {
    const [first, found] = [...value.packages.entries()].filter(([, { from }]) => isOfKind(from));
    if (first === undefined || found === undefined) return;
    const [index, { from }] = found;
    context.addIssue({ code: "custom", path: ["packages", index], message: message(from, first[1].from) });
  };
  second(isDistribution, whyNoSecond);
  second(
    (from) => from === "npm",
    () => "is one too many: an image holds one npm application",
  );
  const npm = value.packages.findIndex(({ from }) => from === "npm");
  const application = value.packages[npm];
  const distribution = value.packages.map(({ from }) => kindOf(from)).find((kind) => kind !== undefined);
  const problem = application?.from === "npm" ? whyNoNode(application.node, distribution) : undefined;
  if (problem !== undefined)
    context.addIssue({ code: "custom", path: ["packages", npm, "node"], message: problem });
  if (value.accounts.runAs !== undefined && value.config.user !== undefined)
    context.addIssue({
      code: "custom",
      path: ["config", "user"],
      message: "cannot stand beside accounts.run-as; keep one of them",
    });
});
