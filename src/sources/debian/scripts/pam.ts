import { byText } from "../../../bytes/text.ts";
import type { Workspace } from "../../../scripts/workspace.ts";

const profileFolder = "/usr/share/pam-configs";
const templateFolder = "/usr/share/pam";
const saved = "/var/lib/pam";
const types = ["auth", "account", "password", "session", "session-noninteractive"] as const;

interface Profile {
  readonly name: string;
  readonly priority: number;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * The four `/etc/pam.d/common-*` files and the fifth for sessions without a person, from the profiles that packages
 * bring, as pam-auth-update makes them in a root where nobody chose otherwise. Says what is in the way, if anything.
 */
export function updatePam(
  workspace: Workspace,
  wanted: { readonly enable: readonly string[]; readonly disable: readonly string[] },
): string | undefined {
  const profiles = workspace
    .list(profileFolder)
    .filter((name) => !name.endsWith("~") && !/^#.+#$/.test(name))
    .map((name) => profileOf(name, workspace.text(`${profileFolder}/${name}`)));
  if (profiles.includes(undefined)) return "a PAM profile's content is not at hand";
  const sorted = (profiles as Profile[]).sort((a, b) => b.priority - a.priority || byText(b.name, a.name));
  const before = earlierChoice(workspace);
  const chosen = sorted.filter(
    ({ name, fields }) =>
      !wanted.disable.includes(name) &&
      (wanted.enable.includes(name) ||
        before.enabled.has(name) ||
        (fields.get("Default") === "yes" && !before.refused(name))),
  );
  const enabled = withoutConflicts(chosen);
  workspace.makeDirectory(saved, true);
  for (const type of types) {
    const template = workspace.text(`${templateFolder}/common-${type}`);
    const made = template === undefined ? undefined : fileFor(type, template, enabled);
    if (made === undefined) return "the template of a PAM file is not at hand";
    workspace.write(`/etc/pam.d/common-${type}`, made);
    workspace.write(`${saved}/${type}`, savedFor(type, enabled));
  }
  workspace.write(`${saved}/seen`, sorted.map(({ name }) => `${name}\n`).join(""));
  return undefined;
}

/** What an earlier run left: a profile that was seen and is in none of the saved files was refused. */
function earlierChoice(workspace: Workspace) {
  const enabled = new Set<string>();
  for (const type of types)
    for (const match of (workspace.text(`${saved}/${type}`) ?? "").matchAll(/^Module: (.*)$/gm))
      enabled.add(match[1] as string);
  const seen = new Set((workspace.text(`${saved}/seen`) ?? "").split("\n"));
  return { enabled, refused: (name: string) => seen.has(name) && !enabled.has(name) };
}

/** Of two profiles that name each other, the one of higher priority stays. */
function withoutConflicts(chosen: readonly Profile[]): Profile[] {
  const kept: Profile[] = [];
  const names = (profile: Profile) => (profile.fields.get("Conflicts") ?? "").split(/,\s*/);
  for (const profile of chosen)
    if (!kept.some((other) => names(other).includes(profile.name) || names(profile).includes(other.name)))
      kept.push(profile);
  return kept;
}

function profileOf(name: string, text: string | undefined): Profile | undefined {
  if (text === undefined) return undefined;
  const fields = new Map<string, string>();
  let current = "";
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z-]+):\s+(\S.*)$/.exec(line) ?? /^([A-Za-z-]+):\s*()$/.exec(line);
    if (match) {
      current = (match[1] as string).replace(/-Final$/, "");
      fields.set(current, (match[2] as string).trimEnd());
    } else if (line.trim() !== "") {
      const value = fields.get(current) ?? "";
      fields.set(current, value === "" ? line.trim() : `${value}\n${line.trim()}`);
    }
  }
  if (fields.get("Session-Interactive-Only") === undefined)
    for (const end of ["-Type", "", "-Initial"]) {
      const value = fields.get(`Session${end}`);
      if (value !== undefined) fields.set(`Session-noninteractive${end}`, value);
    }
  return { name, priority: Number(fields.get("Priority") ?? 0) || 0, fields };
}

type Block = "Primary" | "Additional";

/** The lines of each profile that has a say in this block; the first has its own where it says `-Initial`. */
function blockOf(
  type: string,
  block: Block,
  enabled: readonly Profile[],
): { name: string; lines: string[] }[] {
  const key = type.replace(/^./, (letter) => letter.toUpperCase());
  return enabled
    .filter(({ fields }) => fields.get(`${key}-Type`) === block)
    .map(({ name, fields }, index) => {
      const text = (index === 0 ? fields.get(`${key}-Initial`) : undefined) ?? fields.get(key) ?? "";
      return { name, lines: text.split("\n").filter((line) => line !== "") };
    });
}

function fileFor(type: string, template: string, enabled: readonly Profile[]): string | undefined {
  const kind = type.replace("-noninteractive", "");
  const marks = [
    [
      '# here are the per-package modules (the "Primary" block)',
      "# here's the fallback if no module succeeds",
    ],
    ['# and here are more per-package modules (the "Additional" block)', "# end of pam-auth-update config"],
  ] as const;
  const lines = template.replace(/\n$/, "").split("\n");
  const out: string[] = [];
  let at = 0;
  for (const [index, [open, close]] of marks.entries()) {
    const start = lines.findIndex((line, position) => position >= at && line.startsWith(open));
    const end = lines.findIndex((line, position) => position > start && line.startsWith(close));
    if (start < 0 || end < 0) return undefined;
    const block = index === 0 ? "Primary" : "Additional";
    out.push(...lines.slice(at, start + 1), ...numbered(kind, block, blockOf(type, block, enabled)));
    at = end;
  }
  return [...out, ...lines.slice(at)].map((line) => `${line}\n`).join("");
}

/** `end` in a jump becomes the number of lines that are left to jump over. */
function numbered(kind: string, block: Block, profiles: readonly { lines: readonly string[] }[]): string[] {
  const lines = profiles.flatMap((profile) => profile.lines);
  if (block === "Primary" && lines.length === 0) return [`${kind}\t[default=1]\t\t\tpam_permit.so`];
  let left = block === "Additional" ? lines.length - 1 : lines.length;
  return lines.map((line) => {
    const match = /^((?:\[[^\]]+\]|\w+)\s+\S+)\s*(.*)$/.exec(line);
    const [, module = line, options = ""] = match ?? [];
    const text = `${kind}\t${module.replaceAll("end", String(left))} ${options.split(/\s+/).join(" ")}`;
    left -= 1;
    return text;
  });
}

/** What was put in, by profile, so that a later run can tell the administrator's changes from its own. */
function savedFor(type: string, enabled: readonly Profile[]): string {
  const primary = blockOf(type, "Primary", enabled);
  const stock = { name: "null", lines: ["[default=1]\t\t\tpam_permit.so"] };
  const all = [...(primary.length > 0 ? primary : [stock]), ...blockOf(type, "Additional", enabled)];
  return all
    .map(({ name, lines }) => `Module: ${name}\n${lines.map((line) => `${line}\n`).join("")}`)
    .join("");
}
