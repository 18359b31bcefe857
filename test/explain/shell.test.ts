import { expect, test } from "vitest";
import { type Part, word, wordOf, written } from "../../src/explain/shell.ts";
import { mustRun } from "../kit/command.ts";
import { withFolder } from "../kit/temporary.ts";

const odd = [
  "",
  "plain",
  "-dash",
  "~",
  "a b",
  "it's",
  '"$HOME" `id` $(id)',
  "a\\b",
  "!now",
  "a=b",
  "{a,b}",
  "*",
  "ä #",
];

/** What a shell makes of a word. */
const said = (shell: string, text: string) =>
  mustRun(shell, ["-c", `made="/a b"; printf '%s' ${text}`], { env: { HOME: "/home" } });

test.each(["sh", "bash"])("%s takes each word as it was meant", async (shell) => {
  for (const text of odd) {
    expect(await said(shell, word(text))).toBe(text);
    const parts: Part[] = [text, { variable: "made" }, text];
    expect(await said(shell, wordOf(parts))).toBe(`${text}/a b${text}`);
  }
});

test("no quotes stand where none are needed, and variables read well", () => {
  expect(word("https://mirror.example/x?y")).toBe("'https://mirror.example/x?y'");
  expect(word("libstdc++6=1:2.0-1")).toBe("libstdc++6=1:2.0-1");
  expect(wordOf(["baseurl=", { variable: "mirror" }, "/$basearch"])).toBe(`"baseurl=$mirror/\\$basearch"`);
  expect(wordOf([{ variable: "made" }, "x"])).toBe(`"\${made}x"`);
});

test("lines come into a file as they are", async () => {
  await withFolder(async (folder) => {
    const lines = odd.map((text): Part[] => [text]);
    const commands = written([lines, [["more"]]], "here");
    await mustRun("sh", [], { cwd: folder, input: commands.map((line) => `   ${line}`).join("\n") });
    expect(await mustRun("cat", ["here"], { cwd: folder })).toBe(`${[...odd, "more"].join("\n")}\n`);
  });
});
