import { expect, test } from "vitest";
import { display } from "../../src/cli/progress.ts";

function screenOf(isTTY: boolean, columns = 40) {
  let written = "";
  let time = 0;
  const write = (text: string) => {
    written += text;
  };
  const wait = (milliseconds: number) => {
    time += milliseconds;
  };
  return { ...display({ isTTY, columns, write }, () => time), wait, written: () => written };
}

test("in CI each step is a plain line, and a long transfer shows a sign of life now and then", () => {
  const screen = screenOf(false);
  screen.progress({ kind: "step", text: "fetch" });
  screen.progress({ kind: "step", text: "fetch" });
  for (let i = 1; i <= 30; i++) {
    screen.wait(500);
    screen.progress({ kind: "transfer", name: "libc6", done: i * 100_000, total: 3_000_000 });
  }
  screen.progress({ kind: "step", text: "compose" });
  expect(screen.written()).toBe("fetch\nfetch: libc6, 2.0 MB of 3.0 MB\ncompose\n");
});

test("on a terminal one line is written over, and gives way to lines that stay", () => {
  const screen = screenOf(true);
  screen.progress({ kind: "step", text: "fetch" });
  screen.wait(100);
  screen.progress({ kind: "transfer", name: "a", done: 5, total: 5 });
  screen.wait(10);
  screen.progress({ kind: "transfer", name: "b", done: 1, total: undefined });
  screen.wait(100);
  screen.progress({ kind: "transfer", name: "b", done: 2, total: undefined });
  screen.line("done");
  screen.end();
  const line = "\r\u001b[K";
  expect(screen.written()).toBe(
    `${line}fetch${line}fetch: a, 5 B of 5 B${line}fetch: 1 of 2 files, 7 B${line}done\n`,
  );
});

test("a note stays to be read, on a terminal as elsewhere", () => {
  const shown = [true, false].map((isTTY) => {
    const screen = screenOf(isTTY);
    screen.progress({ kind: "step", text: "fetch" });
    screen.progress({ kind: "note", text: "One package is old\u001b[2J." });
    return screen.written();
  });
  expect(shown).toEqual([
    "\r\u001b[Kfetch\r\u001b[Ktare: One package is old\ufffd[2J.\n",
    "fetch\ntare: One package is old\ufffd[2J.\n",
  ]);
});

test("a name from outside cannot move the cursor, nor break the line", () => {
  const screen = screenOf(true, 20);
  screen.progress({ kind: "step", text: "a\u001b[2J\nb and much more than fits here" });
  expect(screen.written()).toBe("\r\u001b[Ka\ufffd[2J\ufffdb and much m…");
});
