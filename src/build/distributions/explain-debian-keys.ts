import { isAbsolute } from "node:path";
import type { Part } from "../../explain/shell.ts";
import { word } from "../../explain/shell.ts";
import type { RepositoryPlan } from "../../sources/debian/plan.ts";
import type { DebianPackages } from "../recipe/recipe.ts";
import { fileName } from "./explain-common.ts";
import { keyFilesOf } from "./explain-keys.ts";
import { readKeyFile } from "./key-file.ts";

export interface DebianKeys {
  /** They put the recipe's files where apt takes them: under a name without blanks whose end says what they are. */
  readonly commands: readonly string[];
  /** Where the keys of each repository are for the script. */
  readonly keyFiles: ReadonlyMap<RepositoryPlan, readonly Part[][]>;
  /** The same by the names that the recipe and the host have for them. */
  readonly named: ReadonlyMap<RepositoryPlan, readonly string[]>;
}

/** @param folder the recipe's, absolute */
export async function debianKeys(
  item: DebianPackages,
  plans: readonly RepositoryPlan[],
  folder: string,
): Promise<DebianKeys> {
  const named = new Map<RepositoryPlan, readonly string[]>();
  for (const plan of plans) {
    const own = item.repositories[Number(/^own-(\d+)\//.exec(plan.id)?.[1]) - 1];
    const file = own?.signedBy ?? item.keyring;
    named.set(plan, await keyFilesOf([file === undefined ? [] : [file]], [plan]));
  }
  const copies = new Map<string, string>();
  for (const file of new Set([...named.values()].flat()))
    if (!isAbsolute(file) || /\s/.test(file))
      copies.set(file, `key-${copies.size + 1}.${(await isArmoured(file, folder)) ? "asc" : "gpg"}`);
  const placed = (file: string): Part[] => {
    const copy = copies.get(file);
    return copy === undefined ? [file] : [{ variable: "made" }, `/${copy}`];
  };
  return {
    commands: [...copies].map(([file, copy]) => `cp ${word(fileName(file))} "$made/${copy}"    # its keys`),
    keyFiles: new Map([...named].map(([plan, files]) => [plan, files.map(placed)])),
    named,
  };
}

async function isArmoured(file: string, folder: string): Promise<boolean> {
  const bytes = await readKeyFile(file, folder).catch(() => undefined);
  return bytes === undefined ? file.endsWith(".asc") : bytes.includes("-----BEGIN PGP");
}
