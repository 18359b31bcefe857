import type { Workspace } from "./workspace.ts";

const template = "/usr/share/debianutils/shells";
const packaged = "/usr/share/debianutils/shells.d";
const target = "/etc/shells";
const state = "/var/lib/shells.state";

/**
 * `/etc/shells` with every login shell of the packages, as debianutils' update-shells makes it: the file as it is,
 * then shells that packages bring and the administrator has not taken out. Each is listed by both its names where
 * `/bin` is a link.
 */
export function updateShells(workspace: Workspace): void {
  const sources = [template, ...workspace.list(packaged).map((name) => `${packaged}/${name}`)];
  const fromPackages = new Set<string>();
  for (const source of sources)
    for (const shell of shellsOf(workspace.text(source) ?? "")) {
      fromPackages.add(shell);
      fromPackages.add(realName(workspace, shell));
    }
  const before = new Set(shellsOf(workspace.text(state) ?? ""));
  const present = workspace.text(target) ?? workspace.text(template) ?? "";
  const lines: string[] = [];
  const listed = new Set<string>();
  for (const line of present.replace(/\n$/, "").split("\n")) {
    const shell = line.replace(/#.*/, "");
    const keep = shell === "" || fromPackages.has(shell) || !before.has(shell);
    if (keep && !listed.has(shell)) lines.push(line);
    if (shell !== "") listed.add(shell);
  }
  for (const shell of fromPackages) if (!listed.has(shell) && !before.has(shell)) lines.push(shell);
  const text = (all: Iterable<string>) => [...all].map((line) => `${line}\n`).join("");
  workspace.write(target, text(lines));
  workspace.write(state, text(fromPackages));
}

/** What add-shell does: one line more for each that is missing. */
export function addShells(workspace: Workspace, shells: readonly string[]): void {
  const present = workspace.text(target) ?? "";
  const known = new Set(shellsOf(present));
  const wanted = shells.flatMap((shell) => [shell, realName(workspace, shell)]);
  const missing = [...new Set(wanted)].filter((shell) => !known.has(shell));
  if (missing.length > 0) workspace.write(target, present + missing.map((shell) => `${shell}\n`).join(""));
}

function shellsOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}

/** The shell in the real directory, its own name kept. */
function realName(workspace: Workspace, shell: string): string {
  const slash = shell.lastIndexOf("/");
  const folder = workspace.real(shell.slice(0, slash), true);
  return folder === undefined ? shell : `/${folder}${shell.slice(slash)}`;
}
