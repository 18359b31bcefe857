import type { Workspace } from "./workspace.ts";

/** The same folder, as Debian spells it, and as all others do. */
export type UnitHome = "/lib/systemd/system" | "/usr/lib/systemd/system";

const folders = ["/etc/systemd/system", "/usr/lib/systemd/system"];
const unitName = /^[A-Za-z0-9:_.@\\-]+\.(?:service|socket|timer|path|target|mount|slice)$/;

/** Whether the image has an init that would read units at all. */
export function hasSystemd(workspace: Workspace): boolean {
  return workspace.resolve("/usr/lib/systemd/systemd") !== undefined;
}

/**
 * Enables a unit as deb-systemd-helper does on a first installation: links for `WantedBy`, `RequiredBy` and `Alias`
 * of its `[Install]` part, and the same for `Also` (systemd.unit(5)). Says what is in the way, if anything.
 * @param home where the distribution's systemd says that units are: links lead there
 */
export function enableUnit(
  workspace: Workspace,
  unit: string,
  home: UnitHome = "/lib/systemd/system",
  seen = new Set<string>(),
): string | undefined {
  if (seen.has(unit)) return undefined;
  seen.add(unit);
  if (!unitName.test(unit)) return `the unit ${unit} is not known`;
  const template = unit.replace(/@[^@]*\./, "@.");
  const file = folders.map((folder) => `${folder}/${template}`).find((path) => workspace.resolve(path));
  // A unit that is not there, or masked, is enabled by nobody.
  if (file === undefined || workspace.lookup(file)?.link === "/dev/null") return undefined;
  const text = workspace.text(file);
  if (text === undefined) return `the content of ${file} is not at hand`;
  const install = installOf(text);
  const target = file.replace("/usr/lib/systemd/system", home);
  const instance = install.get("DefaultInstance")?.[0];
  const name = unit.includes("@.") && instance !== undefined ? unit.replace("@.", `@${instance}.`) : unit;
  const link = (path: string) => {
    workspace.makeDirectory(path.slice(0, path.lastIndexOf("/")), true);
    workspace.symlink(path, target);
  };
  for (const [key, suffix] of [
    ["WantedBy", "wants"],
    ["RequiredBy", "requires"],
  ] as const)
    for (const wanter of install.get(key) ?? [])
      if (unitName.test(wanter)) link(`/etc/systemd/system/${wanter}.${suffix}/${name}`);
  for (const alias of install.get("Alias") ?? [])
    if (unitName.test(alias)) link(`/etc/systemd/system/${alias}`);
  for (const other of install.get("Also") ?? []) {
    const problem = enableUnit(workspace, other, home, seen);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Takes a unit's links away again; false when it has none. */
export function disableUnit(workspace: Workspace, unit: string): boolean {
  const links = linksOf(workspace, unit);
  for (const link of links) workspace.remove(link);
  return links.length > 0;
}

/** Keeps a unit from being started by anything (systemctl(1), `mask`); false where a file of its own is in the way. */
export function maskUnit(workspace: Workspace, unit: string): boolean {
  if (!unitName.test(unit)) return false;
  workspace.makeDirectory("/etc/systemd/system", true);
  return workspace.symlink(`/etc/systemd/system/${unit}`, "/dev/null");
}

/** Links below `.wants` and `.requires` that enable a unit. */
export function linksOf(workspace: Workspace, unit: string): string[] {
  const wanted = workspace.list("/etc/systemd/system").filter((name) => /\.(?:wants|requires)$/.test(name));
  return wanted
    .map((name) => `/etc/systemd/system/${name}/${unit}`)
    .filter((path) => workspace.lookup(path)?.type === "symlink");
}

/** The words of each key of the `[Install]` part. */
function installOf(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let inside = false;
  for (const line of text.replace(/\\\n/g, " ").split("\n")) {
    if (line.startsWith("[")) inside = line.trim() === "[Install]";
    const match = inside ? /^([A-Za-z]+)\s*=(.*)$/.exec(line) : undefined;
    if (!match) continue;
    const key = match[1] as string;
    const words = (match[2] as string).split(/\s+/).filter((word) => word !== "");
    found.set(key, words.length === 0 ? [] : [...(found.get(key) ?? []), ...words]);
  }
  return found;
}
