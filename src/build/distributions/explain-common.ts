import { byText } from "../../bytes/text.ts";
import type { Step } from "../../explain/explanation.ts";
import type { LockedRepository, Package } from "../../model/package.ts";
import { packagesStep } from "../explain-packages.ts";
import type { Lock } from "../lock/lock.ts";
import { isOfDistribution } from "../of-distribution.ts";
import { isDistribution } from "../recipe/distribution-names.ts";
import { applicationOf, type Recipe } from "../recipe/recipe.ts";
import type { Explained } from "./explained.ts";

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

/**
 * What is said where signatures are not asked for: by the item for all of it, or by some of its repositories.
 * @param what they are called: `repositories`, `packages`
 */
export function unsignedWords(whole: boolean, repositories: readonly string[], what: string): string[] {
  if (whole)
    return [
      `This recipe takes ${what} without a valid signature (allow-unsigned): for those, nobody vouches.`,
    ];
  if (repositories.length === 0) return [];
  return [
    `Of ${repositories.join(" and ")}, it takes ${what} without a valid signature (allow-unsigned): for those, nobody vouches.`,
  ];
}

/** The distribution's packages that something from elsewhere needs, by name. */
export function libraryPackages(lock: Lock, platforms: readonly string[]): string[] {
  const names = platforms.flatMap((platform) => {
    const packages = distributionPackages(lock, platform);
    const own = new Set(packages.map(({ name }) => name));
    return packages.filter(({ because }) => because.some((one) => !own.has(one))).map(({ name }) => name);
  });
  return [...new Set(names)].sort(byText);
}

/** What a person would name to a package manager: what the recipe asks for, and what else is linked to. */
export function namedPackages(
  include: readonly string[],
  { recipe, lock, platforms: [platform = ""] }: Explained,
): string[] {
  const runtime = isDistribution(applicationOf(recipe)?.node ?? "") ? ["nodejs"] : [];
  return [...new Set([...include, ...runtime, ...libraryPackages(lock, [platform])])];
}

/** Whether the first platform has the package. */
export function hasPackage({ lock, platforms: [platform = ""] }: Explained, name: string): boolean {
  return distributionPackages(lock, platform).some((one) => one.name === name);
}

/** Words on those libraries; none where there are no such packages. */
export function libraryWords(lock: Lock, platforms: readonly string[]): string[] {
  const libraries = libraryPackages(lock, platforms);
  if (libraries.length === 0) return [];
  return [
    `Programs that come from elsewhere say which libraries they are linked to. So these come along: ${libraries.join(", ")}.`,
  ];
}

export function packagesOf(lock: Lock, platform: string): Step {
  return packagesStep(`The packages for ${platform}`, distributionPackages(lock, platform), "package files");
}

/** @param program which has done it by then, where the commands are typed */
export function fetching(program: string): Step {
  return {
    title: "Fetch and check",
    words: [
      `What is not in the store yet is fetched, several at a time, and its digest is compared with the lock's while it arrives. What does not match is not kept. (${program} has fetched and checked them above.)`,
    ],
    commands: [],
  };
}

/** @param words how a package is made */
export function unpacking({ excludes, locales }: Recipe, words: string): Step {
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
    commands: [],
  };
}

/** A file as a program takes it that would take a dash for an option. */
export function fileName(name: string): string {
  return name.startsWith("-") ? `./${name}` : name;
}

function distributionPackages(lock: Lock, platform: string): readonly Package[] {
  const all = lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
  return all.filter(({ repository }) => isOfDistribution(repository));
}
