import type { Part } from "../../explain/shell.ts";
import type { RepositoryPlan } from "../../sources/debian/plan.ts";
import type { DebianPackages } from "../recipe/recipe.ts";
import { addressParts, type ScriptMirror, scriptMirror } from "./explain-mirror.ts";
import type { Explained } from "./explained.ts";

/** Variables of the environment that name mirrors of Debian, Ubuntu: its archive's, and its security archive's. */
export function mirrorVariables(from: string): { archive: string; security: string; snapshot: string } {
  const prefix = `TARE_${from.toUpperCase()}`;
  return {
    archive: `${prefix}_MIRROR`,
    security: `${prefix}_SECURITY_MIRROR`,
    snapshot: `${prefix}_SNAPSHOT`,
  };
}

/** The variables of the script for archives that the recipe does not say the place of: at most two. */
export function debianMirrors(
  item: DebianPackages,
  plans: readonly RepositoryPlan[],
  { world: { environment } }: Explained,
): ScriptMirror[] {
  if (item.snapshot !== undefined) return [];
  const { archive, security } = mirrorVariables(item.from);
  const mirrors: ScriptMirror[] = [];
  for (const {
    id,
    suite,
    mirrors: [address = ""],
  } of plans) {
    const isSecurity = suite.endsWith("-security");
    const named = item.from === "debian" && isSecurity ? item.securityMirror : item.mirror;
    if (!id.startsWith(`${item.from}/`) || named !== undefined || address.startsWith("file:")) continue;
    if (mirrors.some((one) => one.address === address)) continue;
    const [variable, candidates] = isSecurity ? ["security", [security, archive]] : ["mirror", [archive]];
    if (mirrors.some((one) => one.variable === variable)) continue;
    mirrors.push(scriptMirror(variable as string, address, environment, candidates as string[], "apt"));
  }
  return mirrors;
}

/** Repositories as stanzas of a `.sources` file (sources.list(5)), for {@link written}; suites of one place share one. */
export function sourceStanzas(
  plans: readonly RepositoryPlan[],
  mirrors: readonly ScriptMirror[],
  keyFiles: ReadonlyMap<RepositoryPlan, readonly Part[][]>,
): Part[][][] {
  const alike = Map.groupBy(plans, (plan) =>
    JSON.stringify([
      plan.mirrors[0],
      plan.components,
      plan.allowUnsigned,
      plan.checkValidUntil,
      keyFiles.get(plan),
      plan.suite.endsWith("/") ? plan.suite : "",
    ]),
  );
  return [...alike.values()].map((group) => {
    const [
      {
        mirrors: [address = ""],
        components,
        allowUnsigned,
        checkValidUntil,
        suite,
      },
    ] = group as [RepositoryPlan];
    const files = keyFiles.get(group[0] as RepositoryPlan) ?? [];
    return [
      ["Types: deb"],
      // mmdebstrap does not reach a file of the host from inside the root, unless it is copied.
      ["URIs: ", ...addressParts(address.replace(/^file:/, "copy:"), mirrors)],
      [`Suites: ${group.map((one) => one.suite).join(" ")}`],
      ...(suite.endsWith("/") ? [] : [[`Components: ${components.join(" ")}`]]),
      ...(allowUnsigned
        ? [["Trusted: yes"]]
        : files.length > 0
          ? [["Signed-By:", ...files.flatMap((file) => [" ", ...file])]]
          : []),
      ...(checkValidUntil ? [] : [["Check-Valid-Until: no"]]),
      [""],
    ];
  });
}

/** What apt is to prefer and to leave out (apt_preferences(5)); empty where the recipe says nothing of it. */
export function preferenceStanzas({ exclude, pin }: DebianPackages): Part[][][] {
  const stanza = (packages: string, version: string, priority: number) => [
    [`Package: ${packages}`],
    [`Pin: ${version}`],
    [`Pin-Priority: ${priority}`],
    [""],
  ];
  return [
    ...(exclude.length > 0 ? [stanza(exclude.join(" "), "version *", -1)] : []),
    // A suite goes by its codename and by what it is called for the time being.
    ...Object.entries(pin).flatMap(([suite, priority]) => [
      stanza("*", `release n=${suite}`, priority),
      stanza("*", `release a=${suite}`, priority),
    ]),
  ];
}
