import type { Step } from "../explain/explanation.ts";
import { word, wordOf } from "../explain/shell.ts";
import { fileName } from "./distributions/explain-common.ts";
import { packagesStep } from "./explain-packages.ts";
import type { Lock } from "./lock/lock.ts";
import { isOfNpm } from "./of-npm.ts";
import { platformOf } from "./platform-of.ts";
import { isDistribution } from "./recipe/distribution-names.ts";
import type { NpmPackages } from "./recipe/recipe.ts";

/** How an npm application and its Node.js come into the image. */
export function applicationSteps(item: NpmPackages, lock: Lock, platforms: readonly string[]): Step[] {
  const root = wordOf([{ variable: "made" }, `/rootfs/${item.to}`]);
  return [
    tree(item, root, platforms),
    ...platforms.map((platform) => packagesOf(lock, platform)),
    checking(lock, root),
    unpacking(item, lock, platforms),
  ];
}

function tree(
  { project, package: named = [], node }: NpmPackages,
  root: string,
  [platform = ""]: readonly string[],
): Step {
  const runtime = isDistribution(node)
    ? "Node.js is the distribution's."
    : node === "none"
      ? "Node.js does not come along."
      : `Node.js ${node} comes from the registry as well, as the program alone.`;
  const { architecture } = platformOf(platform);
  const options = `--prefix ${root} --ignore-scripts --os linux --cpu ${npmCpus[architecture] ?? architecture}`;
  return {
    title: "The npm application",
    words: [
      project === undefined
        ? `${named.join(", ")} and what that depends on, as npm itself resolves it.`
        : `What package.json in ${project} depends on, as its lock says, without what only development needs.`,
      `Packages for other platforms than the image's stay out. ${runtime}`,
    ],
    commands: [
      `mkdir -p ${root}`,
      ...(project === undefined
        ? [`npm install ${options} ${named.map(word).join(" ")}`]
        : [`cp ${word(fileName(project))}/*.json ${root}    # project:`, `npm ci --omit=dev ${options}`]),
    ],
  };
}

/** npm's names of processors (Node.js, `process.arch`) where they are not Go's. */
const npmCpus: Readonly<Record<string, string>> = { amd64: "x64", "386": "ia32", ppc64le: "ppc64" };

function packagesOf(lock: Lock, platform: string): Step {
  const locked = lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
  const packages = locked.filter(({ repository }) => isOfNpm(repository));
  return packagesStep(`The packages of npm for ${platform}`, packages, "tarballs");
}

function checking(lock: Lock, root: string): Step {
  const keys = lock.repositories.filter(({ id }) => isOfNpm(id)).flatMap((one) => one.keys);
  return {
    title: "Fetch and check the tarballs",
    words: [
      "Each tarball is compared with the integrity that the project's lock or the registry gives, while it arrives.",
      keys.length > 0
        ? "The registry signs its packages, and the signatures were checked when the lock was written."
        : "The registry gave no signatures to check.",
    ],
    commands: keys.length > 0 ? [`npm audit signatures --prefix ${root}`] : [],
    ...(keys.length > 0 && { rows: { columns: ["signed by the key"], rows: keys.map((key) => [key]) } }),
  };
}

function unpacking({ to, slim, strip }: NpmPackages, lock: Lock, [platform = ""]: readonly string[]): Step {
  const packages = lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
  const runtime = packages.find(
    ({ repository, name, path }) =>
      isOfNpm(repository) && path === undefined && name.startsWith("node-linux-"),
  );
  const program = '"$made/rootfs/usr/local/bin/node"';
  return {
    title: "Unpack the tarballs",
    words: [
      `Each is unpacked below /${to}/node_modules, and its commands are linked in node_modules/.bin. Install scripts do not run: the report lists them.`,
      slim
        ? "Tests, documentation, types, source maps and files for other platforms are left out."
        : "Nothing is left out.",
      ...(strip ? ["Node.js and native addons lose what only debuggers read."] : []),
    ],
    commands:
      runtime === undefined
        ? []
        : [
            `npm install --prefix "$made/node" --ignore-scripts --force ${word(`${runtime.name}@${runtime.version}`)}`,
            `install -D "$made/node/node_modules/${runtime.name}/bin/node" ${program}`,
            ...(strip ? [`strip --strip-all ${program}    # where this machine's strip knows its kind`] : []),
          ],
  };
}
