import { expect, test } from "vitest";
import type { Engine } from "../../src/cli/engine.ts";
import { runTare } from "../kit/tare.ts";

const folder = "/nonexistent";
const tare = (...argv: string[]) => runTare(argv, { folder });

test("no command shows the help, and is wrong use", async () => {
  const ran = await tare();
  expect(ran.code).toBe(2);
  expect(ran.out).toContain("Usage: tare COMMAND");
});

test.each([[["--help"]], [["-h"]], [["help"]]])("%j shows all commands", async (argv) => {
  const ran = await tare(...argv);
  expect(ran).toMatchObject({ code: 0, notes: [] });
  for (const name of ["init", "build", "lock", "explain", "why", "store"])
    expect(ran.out).toContain(`\n  ${name} `);
});

test.each([[["build", "--help"]], [["build", "-h"]], [["help", "build"]], [["why", "--help"]]])(
  "%j shows one command",
  async (argv) => {
    const ran = await tare(...argv);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("Examples:");
  },
);

test.each([
  [["biuld"], "there is no command biuld; did you mean build? See `tare --help`."],
  [["frobnicate"], "there is no command frobnicate; see `tare --help`."],
  [["--frob"], "there is no option --frob; see `tare --help`."],
  [["build", "--lokced"], "there is no option --lokced; did you mean --locked? See `tare build --help`."],
  [["build", "-x"], "there is no option -x; see `tare build --help`."],
  [["build", "--to"], "--to needs a value: LOCATION; see `tare build --help`."],
  [["build", "--to", "--locked"], "--to needs a value: LOCATION; see `tare build --help`."],
  [["build", "--locked=yes"], "--locked takes no value; see `tare build --help`."],
  [["build", "--store", "a", "--store=b"], "--store stands twice; see `tare build --help`."],
  [["build", "a", "b"], 'there is no use for "b"; see `tare build --help`.'],
  [["build", "--__proto__"], "there is no option --__proto__; see `tare build --help`."],
  [["why"], "PACKAGE is missing; see `tare why --help`."],
  [["import", "--to", "x.tar", "a"], 'NAME is missing: --to took "x.tar"; see `tare import --help`.'],
  [["import", "--to=x.tar", "a"], "NAME is missing; see `tare import --help`."],
  [["--json", "copy", "a"], "--json stands behind the command, as in tare copy --json; see `tare --help`."],
  [["-q"], "-q stands behind the command, as in tare build -q; see `tare --help`."],
  [
    ["build", "--progress", "plain", "."],
    "there is no option --progress, and no need for it: progress is shown on a terminal alone, and --quiet shows none; see `tare build --help`.",
  ],
])("%j is wrong use, with one sentence", async (argv, sentence) => {
  expect(await tare(...argv)).toEqual({ code: 2, out: "", notes: [sentence] });
});

test("a name that nobody would read is shortened", async () => {
  const name = "a".repeat(3000);
  const { notes } = await tare("import", name, "x");
  expect(notes).toEqual([`${"a".repeat(100)}…${"a".repeat(50)} cannot be read: its name is too long.`]);
});

test("with --json an error is JSON on the standard output as well", async () => {
  const ran = await tare("why", "--json");
  expect(JSON.parse(ran.out)).toEqual({
    error: {
      code: "BAD_USAGE",
      why: "PACKAGE is missing",
      help: "tare why --help",
      message: "PACKAGE is missing; see `tare why --help`.",
    },
  });
});

const broken: Partial<Engine> = {
  openStore: async () => {
    throw new TypeError("x is not a function\nat somewhere");
  },
};

test("an error that nobody foresaw is one line, and its stack is shown only on demand", async () => {
  const ran = await runTare(["build"], { folder, engine: broken });
  expect(ran).toEqual({
    code: 3,
    out: "",
    notes: [
      "something went wrong that should not (TypeError: x is not a function); please report it, with what TARE_DEBUG=1 shows.",
    ],
  });
  const debugged = await runTare(["build"], { folder, engine: broken, environment: { TARE_DEBUG: "1" } });
  expect(debugged.notes[1]).toContain("program.test.ts");
});

test("what fails after Ctrl-C failed because of it", async () => {
  const ran = await runTare(["build"], { folder, engine: broken, signal: AbortSignal.abort() });
  expect(ran).toEqual({ code: 130, out: "", notes: ["interrupted; nothing was left half-written."] });
});
