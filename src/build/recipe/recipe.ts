import type { z } from "zod";
import { isDistribution } from "./distribution-names.ts";
import type { recipeSchema } from "./schema.ts";

type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

/** A recipe as it was understood: a plain value (it survives JSON), frozen. Fields are those of schema.ts, with variables put in. */
export type Recipe = Frozen<Omit<z.output<typeof recipeSchema>, "variables">>;

/** An item of `packages:` from Debian or Ubuntu. */
export type DebianPackages = Extract<Recipe["packages"][number], { readonly from: "debian" | "ubuntu" }>;

/** An item of `packages:` from Fedora, or of other repositories of rpms. */
export type FedoraPackages = Extract<Recipe["packages"][number], { readonly from: "fedora" | "dnf" | "yum" }>;

/** An item of `packages:` from Alpine, or of other repositories of apks. */
export type AlpinePackages = Extract<
  Recipe["packages"][number],
  { readonly from: "alpine" | "apk" | "wolfi" | "chainguard" }
>;

/** An item that names the distribution that an image is made of. */
export type DistributionPackages = DebianPackages | FedoraPackages | AlpinePackages;

/** An item of `packages:` from npm. */
export type NpmPackages = Extract<Recipe["packages"][number], { readonly from: "npm" }>;

/** An item of `packages:` that is a tarball, or a folder that becomes one. */
export type TarballItem = Extract<Recipe["packages"][number], { readonly from: "tarball" | "directory" }>;

/** The item that says which distribution the image is made of; at most one. */
export function distributionOf({ packages }: Pick<Recipe, "packages">): DistributionPackages | undefined {
  return packages.find((item): item is DistributionPackages => isDistribution(item.from));
}

/** The item that says which npm application the image holds; at most one. */
export function applicationOf({ packages }: Pick<Recipe, "packages">): NpmPackages | undefined {
  return packages.find((item) => item.from === "npm");
}

/** The items that are tarballs and folders, in the recipe's order. */
export function tarballsOf({ packages }: Pick<Recipe, "packages">): TarballItem[] {
  return packages.filter((item) => item.from === "tarball" || item.from === "directory");
}

/** One item of `files:`. */
export type RecipeFile = Recipe["files"][number];
