import type { HostFiles } from "../../model/host-files.ts";
import type { Lock } from "../lock/lock.ts";
import type { Recipe } from "../recipe/recipe.ts";

/** The build that is explained. */
export interface Explained {
  readonly recipe: Recipe;
  readonly lock: Lock;
  /** At least one; the commands make the first. */
  readonly platforms: readonly string[];
  /** Which mirrors and keys count where the recipe names none. */
  readonly world: HostFiles & { readonly environment: Readonly<Record<string, string | undefined>> };
  /** The recipe's, absolute. */
  readonly folder: string;
}
