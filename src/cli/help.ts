import { type ArgumentPlan, type Command, everywhere, type OptionPlan } from "./command.ts";

const purpose = "Minimal container images from signed packages: no daemon, no root, no Dockerfile.";

/** `tare --help` */
export function programHelp(commands: readonly Command[]): string {
  return [
    purpose,
    "",
    "Usage: tare COMMAND [ARGUMENTS]",
    "",
    "Commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options:",
    ...columns([
      ["--version", "Print the version"],
      ["--help", "Show this help; `tare COMMAND --help` shows more"],
    ]),
    "",
    "Exit code: 0 done, 1 the answer is no, 2 wrong use, 3 the network, the disk or a damaged file, 130 interrupted.",
    "",
  ].join("\n");
}

/** `tare COMMAND --help` */
export function commandHelp(command: Command): string {
  return [
    `${command.summary}.`,
    "",
    `Usage: ${usage(command)}`,
    "",
    ...command.about.flatMap((paragraph) => [...wrapped(paragraph, 80), ""]),
    ...(command.arguments.length > 0
      ? ["Arguments:", ...columns(command.arguments.map(({ name, summary }) => [name, summary])), ""]
      : []),
    "Options:",
    ...columns(optionRows(command)),
    "",
    "Examples:",
    ...command.examples.flatMap(({ does, line }) => [`  # ${does}`, `  ${line}`]),
    "",
  ].join("\n");
}

/** `docs/cli.md` */
export function manual(commands: readonly Command[]): string {
  const lines = [
    "# The command line",
    "",
    "<!-- Written by `node scripts/manual.ts`; a test keeps it equal to what `--help` says. -->",
    "",
    purpose,
    "",
    "A result goes to the standard output, everything else to the standard error; `--json` makes the result JSON, and",
    'an error becomes `{"error": …}` there as well. Exit codes: 0 done, 1 the answer is no (a stale lock, a bad signature,',
    "packages that do not go together), 2 wrong use, 3 the network or the disk failed or a file is damaged, 130",
    "interrupted.",
    "",
  ];
  for (const command of commands) {
    lines.push(`## tare ${command.name}`, "", `${command.summary}.`, "", "```", usage(command), "```", "");
    for (const paragraph of command.about) lines.push(...wrapped(paragraph, 118), "");
    const rows = [
      ...command.arguments.map(({ name, summary }): [string, string] => [name, summary]),
      ...optionRows(command),
    ];
    lines.push(
      "| | |",
      "| --- | --- |",
      ...rows.map(([name, summary]) => `| \`${name}\` | ${cell(summary)} |`),
      "",
    );
    for (const { does, line } of command.examples) lines.push(`${does}:`, "", "```sh", line, "```", "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function usage(command: Command): string {
  return ["tare", command.name, "[OPTIONS]", ...command.arguments.map(argumentText)].join(" ");
}

function argumentText({ name, required, many, rest }: ArgumentPlan): string {
  const text = many || rest ? `${name}…` : name;
  return required ? text : `[${text}]`;
}

function optionRows(command: Command): [string, string][] {
  const plans: [string, OptionPlan][] = [...Object.entries(command.options), ...Object.entries(everywhere)];
  return plans.map(([name, { short, value, many, summary }]) => [
    `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`,
    many ? `${summary}; may stand several times` : summary,
  ]);
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const gap = " ".repeat(width + 4);
  return rows.map(
    ([name, summary]) =>
      `  ${name.padEnd(width)}  ${wrapped(summary, 76 - Math.min(width, 36)).join(`\n${gap}`)}`,
  );
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
