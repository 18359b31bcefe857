import { TareError } from "../../errors.ts";

/**
 * Files with the keys of all repositories: those that the recipe names, and those of the host where a repository has
 * none of the recipe's. A host that has none, or none any more, is no hindrance to explaining a lock.
 * @param named the recipe's: of the item, then of its repositories
 */
export async function keyFilesOf(
  [whole = [], ...own]: readonly (readonly string[] | undefined)[],
  plans: readonly {
    readonly allowUnsigned: boolean;
    keyring(): Promise<{ readonly where: readonly string[] }>;
  }[],
): Promise<string[]> {
  const files = new Set([...whole, ...own.flatMap((names) => names ?? [])]);
  if (whole.length === 0)
    for (const plan of plans.filter(({ allowUnsigned }) => !allowUnsigned))
      for (const file of await hostFiles(plan)) files.add(file);
  return [...files];
}

async function hostFiles(plan: { keyring(): Promise<{ readonly where: readonly string[] }> }) {
  try {
    return (await plan.keyring()).where;
  } catch (error) {
    if (error instanceof TareError) return [];
    throw error;
  }
}
