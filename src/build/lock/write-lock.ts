import { byText } from "../../bytes/text.ts";
import { writeFileWhole } from "../../bytes/write-file.ts";
import type { LockedRepository, Package } from "../../model/package.ts";
import type { Lock, LockInput } from "./lock.ts";
import { byLockOrder } from "./order.ts";

const head = `# Written by \`tare lock\`: every package exactly, and who vouches for it. Keep it with the recipe; do not edit it.
# A package without "because" was asked for; the others name what needs them.
`;

/** Writes `tare.lock` whole or not at all. @throws CANNOT_WRITE, DISK_FULL */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  await writeFileWhole(file, [Buffer.from(lockText(lock), "utf8")]);
}

/** The one text of a lock: the same value gives the same bytes, sorted, one fact on a line. */
export function lockText(lock: Lock): string {
  const lines = [
    `version: ${lock.version}`,
    `tare: ${scalar(lock.tare)}`,
    `recipe: ${scalar(lock.recipe)}`,
    ...(lock.inputs === undefined ? [] : ["inputs:", ...lock.inputs.flatMap(inputLines)]),
    `compressor: ${scalar(lock.compressor)}`,
    `repositories:${lock.repositories.length === 0 ? " []" : ""}`,
    ...[...lock.repositories].sort((a, b) => byText(a.id, b.id)).flatMap(repositoryLines),
    `platforms:${lock.platforms.length === 0 ? " {}" : ""}`,
  ];
  for (const { platform, packages } of [...lock.platforms].sort((a, b) => byText(a.platform, b.platform))) {
    lines.push(`  ${platform}:${packages.length === 0 ? " []" : ""}`);
    for (const one of [...packages].sort(byLockOrder)) lines.push(...packageLines(one));
  }
  return `${head}${lines.join("\n")}\n`;
}

function inputLines({ name, digest }: LockInput): string[] {
  return [`  - name: ${scalar(name)}`, `    digest: ${scalar(digest)}`];
}

function repositoryLines({ id, index, date, keys, signed }: LockedRepository): string[] {
  return [
    `  - id: ${scalar(id)}`,
    ...(index === undefined ? [] : [`    index: ${scalar(index)}`]),
    ...(date === undefined ? [] : [`    date: ${scalar(date)}`]),
    // All in quotes, since some fingerprints look like numbers.
    `    keys: [${[...keys]
      .sort(byText)
      .map((key) => JSON.stringify(key))
      .join(", ")}]`,
    ...(signed === undefined ? [] : [`    signed: ${signed}`]),
  ];
}

function packageLines(one: Package): string[] {
  const lines = [
    `    - name: ${scalar(one.name)}`,
    `      version: ${scalar(one.version)}`,
    `      architecture: ${scalar(one.architecture)}`,
    ...(one.path === undefined ? [] : [`      path: ${scalar(one.path)}`]),
    `      digest: ${scalar(one.digest)}`,
    ...(one.integrity === undefined ? [] : [`      integrity: ${scalar(one.integrity)}`]),
    `      size: ${one.size}`,
    `      location: ${scalar(one.location)}`,
    `      repository: ${scalar(one.repository)}`,
    `      source: ${scalar(one.source)}`,
  ];
  if (one.because.length > 0) lines.push(`      because: ${list([...one.because].sort(byText))}`);
  if (one.installIf !== undefined) lines.push(`      install-if: ${list(one.installIf)}`);
  return lines;
}

/** Begins with a letter or `/`, has nothing that YAML gives a meaning to, and is no word that some YAML reads as another type. */
const plain = /^[A-Za-z/](?:[A-Za-z0-9_./+~=@%-]|:(?=[A-Za-z0-9]))*$/;
const typed = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Text as every YAML reader gives it back. JSON's strings are YAML's double-quoted ones. */
function scalar(text: string): string {
  return plain.test(text) && !typed.test(text) ? text : JSON.stringify(text);
}

function list(items: readonly string[]): string {
  return `[${items.map(scalar).join(", ")}]`;
}
