import { byText } from "../../bytes/text.ts";
import type { Step } from "../../explain/explanation.ts";
import type { LockedRepository, Package } from "../../model/package.ts";
import { packagesStep } from "../explain-packages.ts";
import type { Lock } from "../lock/lock.ts";
import { isOfDistribution } from "../of-distribution.ts";
import type { Recipe } from "../recipe/recipe.ts";

/** What is told of every distribution alike. */

/** The distribution's repositories, and who signed what came from them. */
export function repositoryRows(lock: Lock): NonNullable<Step["rows"]> {
  return {
    columns: ["repository", "made", "signed by the key"],
    rows: lock.repositories
      .filter(({ id }) => isOfDistribution(id))
      .flatMap((one) => signersOf(one).map((key) => [one.id, one.date?.slice(0, 10) ?? "", key])),
  };
}

/** Where packages are signed one by one, no key means that none was taken. */
function signersOf({ keys, signed }: LockedRepository): readonly string[] {
  if (keys.length > 0) return keys;
  return [signed === undefined ? "nobody" : "nothing was taken from it"];
}

interface MayBeUnsigned {
  readonly allowUnsigned: boolean;
}

/** @param what nobody vouches for, where an item, or one of its own repositories, is allowed to be without a signature */
export function unsignedWords(
  item: MayBeUnsigned & { readonly repositories: readonly MayBeUnsigned[] },
  what: "packages" | "repositories",
): string[] {
  if (![item, ...item.repositories].some(({ allowUnsigned }) => allowUnsigned)) return [];
  return [`This recipe takes ${what} without a valid signature (allow-unsigned): for those, nobody vouches.`];
}

/** The distribution's packages that something from elsewhere needs, by name. */
export function libraryPackages(lock: Lock, platforms: readonly string[]): string[] {
  const names = platforms.flatMap((platform) => {
    const packages = packagesFor(lock, platform).filter(({ repository }) => isOfDistribution(repository));
    const own = new Set(packages.map(({ name }) => name));
    return packages.filter(({ because }) => because.some((one) => !own.has(one))).map(({ name }) => name);
  });
  return [...new Set(names)].sort(byText);
}

export function packagesOf(lock: Lock, platform: string): Step {
  const packages = packagesFor(lock, platform).filter(({ repository }) => isOfDistribution(repository));
  return packagesStep(`The packages for ${platform}`, packages, "package files");
}

export function fetching(lock: Lock, platforms: readonly string[]): Step {
  const all = platforms.flatMap((platform) => packagesFor(lock, platform));
  const first = all.find(({ repository }) => isOfDistribution(repository));
  return {
    title: "Fetch and check",
    words: [
      "What is not in the store yet is fetched, several at a time, and its digest is compared with the lock's while it arrives. What does not match is not kept.",
    ],
    commands: first
      ? [
          `curl -O $MIRROR/${first.location}`,
          `echo "${first.digest.replace(/^sha256:/, "")}  ${first.location.replace(/^.*\//, "")}" | sha256sum --check`,
        ]
      : [],
  };
}

/** @param words how a package is made, and what becomes of its parts */
export function unpacking({ excludes, locales }: Recipe, words: string, command: string): Step {
  const left = excludes.default ? ["manuals, documentation and translations"] : [];
  if (excludes.add.length > 0) left.push(excludes.add.join(", "));
  const kept = [...excludes.keep, ...locales.map((locale) => `the locale ${locale}`)];
  const sentence =
    left.length > 0
      ? `Left out: ${left.join("; ")}${kept.length > 0 ? `; kept all the same: ${kept.join(", ")}` : ""}.`
      : "Nothing is left out.";
  return {
    title: "Unpack",
    words: [
      `${words} Each is read once, put in order, and compressed as a piece of its own that is kept in the store: the next build with this package, of any recipe, takes the piece as it is.`,
      sentence,
    ],
    commands: [command],
  };
}

function packagesFor(lock: Lock, platform: string): readonly Package[] {
  return lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
}
