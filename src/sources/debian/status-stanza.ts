import type { UnpackedDebian } from "./unpacked.ts";

/** The order in which dpkg writes the fields that it knows; all others follow as they came (dpkg, lib/dpkg/parse.c). */
const order = [
  "package",
  "essential",
  "protected",
  "status",
  "priority",
  "section",
  "installed-size",
  "origin",
  "maintainer",
  "bugs",
  "architecture",
  "multi-arch",
  "source",
  "version",
  "replaces",
  "provides",
  "depends",
  "pre-depends",
  "recommends",
  "suggests",
  "breaks",
  "conflicts",
  "enhances",
  "conffiles",
  "description",
];
const relations = new Set([
  "replaces",
  "provides",
  "depends",
  "pre-depends",
  "recommends",
  "suggests",
  "breaks",
  "conflicts",
  "enhances",
]);
/** dpkg's own spelling of what it knows. */
const spelling = new Map(
  [
    ...["Package", "Essential", "Protected", "Status", "Priority", "Section", "Installed-Size", "Origin"],
    ...[
      "Maintainer",
      "Bugs",
      "Architecture",
      "Multi-Arch",
      "Source",
      "Version",
      "Replaces",
      "Provides",
      "Depends",
    ],
    ...[
      "Pre-Depends",
      "Recommends",
      "Suggests",
      "Breaks",
      "Conflicts",
      "Enhances",
      "Conffiles",
      "Description",
    ],
  ].map((name) => [name.toLowerCase(), name]),
);

interface Field {
  readonly name: string;
  /** With its continuation lines, as they stand. */
  value: string;
}

/** A package's stanza in `var/lib/dpkg/status`, installed and configured, with a line break at its end. */
export function statusStanza(deb: UnpackedDebian): string {
  const fields = fieldsOf(deb.control);
  fields.delete("conffiles");
  fields.set("status", { name: "Status", value: "install ok installed" });
  if (deb.conffiles.length > 0)
    fields.set("conffiles", {
      name: "Conffiles",
      value: deb.conffiles
        .map(({ path, md5, obsolete }) => `\n /${path} ${md5}${obsolete ? " obsolete" : ""}`)
        .join(""),
    });
  const known = order.flatMap((key) => fields.get(key) ?? []);
  const others = [...fields].filter(([key]) => !spelling.has(key)).map(([, field]) => field);
  return [...known, ...others].map(line).join("");
}

function line({ name, value }: Field): string {
  const key = name.toLowerCase();
  const text = relations.has(key) ? relationsText(value) : value;
  return text.startsWith("\n")
    ? `${spelling.get(key) ?? name}:${text}\n`
    : `${spelling.get(key) ?? name}: ${text}\n`;
}

/** Blanks in relation lists as dpkg writes them: `a (>= 1) | b, c`. */
function relationsText(value: string): string {
  return value
    .replace(/\s+/g, " ")
    .trim()
    .replace(/ ?\( ?(<<|<=|=|>=|>>|<|>) ?/g, " ($1 ")
    .replace(/ \)/g, ")")
    .replace(/ ?\| ?/g, " | ")
    .replace(/ ?, ?/g, ", ")
    .replace(/, $/, "");
}

function fieldsOf(control: string): Map<string, Field> {
  const fields = new Map<string, Field>();
  let current: Field | undefined;
  for (const raw of control.split("\n")) {
    const text = raw.replace(/\r$/, "");
    if (text.trim() === "" || text.startsWith("#")) continue;
    if (/^[ \t]/.test(text)) {
      if (current) current.value += `\n${text}`;
      continue;
    }
    const colon = text.indexOf(":");
    if (colon < 1) continue;
    // dpkg keeps blanks at a line's end.
    current = { name: text.slice(0, colon), value: text.slice(colon + 1).trimStart() };
    fields.set(current.name.toLowerCase(), current);
  }
  return fields;
}
