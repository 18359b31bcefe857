import type { Step } from "../explain/explanation.ts";
import { packagesStep } from "./explain-packages.ts";
import type { Lock } from "./lock/lock.ts";
import { isOfNpm } from "./of-npm.ts";
import { isDistribution } from "./recipe/distribution-names.ts";
import type { NpmPackages } from "./recipe/recipe.ts";

/** How an npm application and its Node.js come into the image. */
export function applicationSteps(item: NpmPackages, lock: Lock, platforms: readonly string[]): Step[] {
  return [
    tree(item),
    ...platforms.map((platform) => packagesOf(lock, platform)),
    checking(lock),
    unpacking(item),
  ];
}

function tree({ project, package: named, node }: NpmPackages): Step {
  const runtime = isDistribution(node)
    ? "Node.js is the distribution's."
    : node === "none"
      ? "Node.js does not come along."
      : `Node.js ${node} comes from the registry as well, as the program alone.`;
  return {
    title: "The npm application",
    words: [
      project === undefined
        ? `${(named ?? []).join(", ")} and what that depends on, as npm itself resolves it.`
        : `What package.json in ${project} depends on, as its lock says, without what only development needs.`,
      `Packages for other platforms than the image's stay out. ${runtime}`,
    ],
    commands: [
      project === undefined
        ? `npm install --ignore-scripts ${(named ?? []).join(" ")}`
        : `npm ci --omit=dev --ignore-scripts    # in ${project}`,
    ],
  };
}

function packagesOf(lock: Lock, platform: string): Step {
  const locked = lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
  const packages = locked.filter(({ repository }) => isOfNpm(repository));
  return packagesStep(`The packages of npm for ${platform}`, packages, "tarballs");
}

function checking(lock: Lock): Step {
  const keys = lock.repositories.filter(({ id }) => isOfNpm(id)).flatMap((one) => one.keys);
  return {
    title: "Fetch and check the tarballs",
    words: [
      "Each tarball is compared with the integrity that the project's lock or the registry gives, while it arrives.",
      keys.length > 0
        ? "The registry signs its packages, and the signatures were checked when the lock was written."
        : "The registry gave no signatures to check.",
    ],
    commands: ["npm audit signatures"],
    ...(keys.length > 0 && { rows: { columns: ["signed by the key"], rows: keys.map((key) => [key]) } }),
  };
}

function unpacking({ to, slim, strip }: NpmPackages): Step {
  return {
    title: "Unpack the tarballs",
    words: [
      `Each is unpacked below /${to}/node_modules, and its commands are linked in node_modules/.bin. Install scripts do not run: the report lists them.`,
      slim
        ? "Tests, documentation, types, source maps and files for other platforms are left out."
        : "Nothing is left out.",
      ...(strip ? ["Node.js and native addons lose what only debuggers read."] : []),
    ],
    commands: [
      `tar --extract --strip-components=1 --file PACKAGE.tgz --directory rootfs/${to}/node_modules/PACKAGE`,
      ...(strip ? ["strip --strip-all rootfs/usr/local/bin/node"] : []),
    ],
  };
}
