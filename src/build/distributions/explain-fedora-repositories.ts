import type { Part } from "../../explain/shell.ts";
import type { LockedRepository } from "../../model/package.ts";
import { repositoryId } from "../../sources/fedora/mirrors.ts";
import type { RepositoryPlan } from "../../sources/fedora/plan.ts";
import type { FedoraPackages } from "../recipe/recipe.ts";
import { addressParts, type ScriptMirror, scriptMirror } from "./explain-mirror.ts";
import type { Explained } from "./explained.ts";

export const mirrorVariable = "TARE_FEDORA_MIRROR";

/** The variable that stands for Fedora's archive; none where the recipe says where it is, or the host's own sections do. */
export function fedoraMirror(
  { release, mirror }: FedoraPackages,
  plans: readonly RepositoryPlan[],
  { world: { environment } }: Explained,
): ScriptMirror | undefined {
  if (release === undefined || mirror !== undefined) return undefined;
  const found = /^(.*)\/(?:releases|development)\/[^/]+\/Everything\/\$basearch\/os$/.exec(
    plans[0]?.place.baseurl?.[0] ?? "",
  )?.[1];
  if (found === undefined) return undefined;
  return scriptMirror("mirror", found, environment, [mirrorVariable], "dnf");
}

/** Where the script has all keys in one file, for dnf to check indexes: it takes no blanks in a name. */
export const indexKeys: readonly Part[] = [{ variable: "made" }, "/keys.asc"];

/** Each repository as a section of a `.repo` file (dnf.conf(5), "Repo Options"), for {@link written}. */
export function repoSections(
  plans: readonly RepositoryPlan[],
  mirrors: readonly ScriptMirror[],
  architecture: string,
  locked: readonly LockedRepository[],
): Part[][][] {
  return plans.map((plan) => {
    const { name, place, priority, excludes, includes, allowUnsigned, signedIndex } = plan;
    const id = name.slice(name.lastIndexOf("/") + 1);
    const { keys = [], signed } = locked.find((one) => one.id === repositoryId(plan, architecture)) ?? {};
    // Whose index is signed need not sign its packages as well.
    const signsIndex = !allowUnsigned && (signedIndex || (keys.length > 0 && signed === undefined));
    const line = (key: string, value: string | number) => [[`${key}=${value}`]];
    const address = (key: string, value: string | undefined): Part[][] =>
      value === undefined ? [] : [[`${key}=`, ...addressParts(value, mirrors)]];
    return [
      [`[${id}]`],
      ...line("name", id),
      ...(place.baseurl ?? []).slice(0, 1).flatMap((one) => address("baseurl", one)),
      ...address("metalink", place.metalink),
      ...address("mirrorlist", place.mirrorlist),
      ...line("gpgcheck", allowUnsigned || signsIndex ? 0 : 1),
      ...(signsIndex ? [["repo_gpgcheck=1"], ["gpgkey=file://", ...indexKeys]] : []),
      ...(priority === 99 ? [] : line("priority", priority)),
      ...(excludes.length === 0 ? [] : line("excludepkgs", excludes.join(" "))),
      ...(includes.length === 0 ? [] : line("includepkgs", includes.join(" "))),
    ];
  });
}
