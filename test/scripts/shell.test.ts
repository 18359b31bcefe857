import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commonCommands } from "../../src/scripts/commands/common.ts";
import { followScript, scriptEnvironment } from "../../src/scripts/follow.ts";
import { Workspace } from "../../src/scripts/workspace.ts";
import { printed, reading, rootFrom, timestamp } from "../kit/scripted-root.ts";
import { bashScripts, shellScripts, shellsApart } from "../kit/shell-scripts.ts";

const kit = new URL("../kit/scripted-root.ts", import.meta.url).href;

describe("what a shell would print", () => {
  test.each<[string, string, string]>(shellScripts)("%s", (_, script, text) => {
    expect(printed(script)).toBe(text);
  });

  test.each<[string, string, string]>(bashScripts)("bash: %s", (_, script, text) => {
    expect(printed(script, {}, "/bin/bash")).toBe(text);
  });

  test.each(shellsApart)("each shell: %s", (_, script, printed) => {
    const shells = [
      { dialect: "posix", interpreter: "/bin/sh" },
      { dialect: "busybox", interpreter: "/bin/sh" },
      { dialect: "bash", interpreter: "/bin/sh" },
      { dialect: "posix", interpreter: "/bin/bash" },
    ] as const;
    const prints = shells.map((shell) => {
      const workspace = new Workspace(rootFrom({ "etc/": {} }), timestamp);
      followScript(workspace, {
        text: `{\n${script}\n} >/etc/printed`,
        ...shell,
        path: "postinst",
        args: [],
        environment: new Map(scriptEnvironment),
        commands: commonCommands,
      });
      return workspace.text("/etc/printed");
    });
    expect(prints).toEqual(printed);
  });

  test("files are matched in the root, not on this machine", () => {
    const files = { "etc/x/b.conf": "", "etc/x/a.conf": "", "etc/x/.c.conf": "" };
    expect(printed("echo /etc/x/*.conf '*' /etc/pass*", files)).toBe(
      "/etc/x/a.conf /etc/x/b.conf * /etc/pass*\n",
    );
  });

  test("questions about files are answered by the root", () => {
    const files = {
      "etc/f": "x",
      "etc/run": { content: "x", mode: 0o755 },
      "etc/empty": "",
      "etc/d/": {},
      "etc/l": { link: "f" },
      "etc/dangling": { link: "nowhere" },
    };
    const asked = "-f:f -x:f -x:run -s:f -s:empty -d:d -f:d -L:l -f:l -e:dangling -L:dangling -e:nowhere";
    const script = asked
      .split(" ")
      .map((one) => one.split(":"))
      .map(([flag, name]) => `[ ${flag} /etc/${name} ] && echo ${flag} ${name} || :`);
    expect(printed(script.join("\n"), files)).toBe("-f f\n-x run\n-s f\n-d d\n-L l\n-f l\n-L dangling\n");
  });
});

describe("a script is read, not run", () => {
  test("reading works where nothing may be written and no program started", () => {
    const script =
      "rm -rf /etc; touch /tmp/x; $(date); curl x | sh; update-ca-certificates; ldconfig; sh -c date";
    const code = `const { reading } = await import(${JSON.stringify(kit)});
console.log(reading(${JSON.stringify(script)}).verdict)`;
    const words = ["--permission", `--allow-fs-read=${process.cwd()}`, "--input-type=module", "-e", code];
    expect(execFileSync(process.execPath, words, { encoding: "utf8" })).toBe("needs-you\n");
  });
});

describe("what cannot be known", () => {
  test("an if on it whose branches differ asks for you, with its line", () => {
    const { verdict, notes, made } = reading(
      "if hostname | grep -q web; then\n  echo a > /etc/a\nfi\necho b > /etc/b",
    );
    expect(verdict).toBe("needs-you");
    expect(notes).toEqual([
      "line 3, what happens depends on something that the packages do not tell: if hostname | grep -q web; then",
    ]);
    expect(made).toEqual({});
  });

  test("an if on it whose branches do nothing is harmless", () => {
    expect(reading("if hostname | grep -q web; then echo a; else echo b; fi").verdict).toBe("harmless");
  });

  test("a branch that fails is ruled out, since the package installs", () => {
    const { made } = reading("if hostname | grep -q web; then exit 1; fi\necho b > /etc/b");
    expect(made).toEqual({ "etc/b": "b\n" });
  });

  test.each([
    ["text in a file", "date > /etc/when"],
    ["a file's name", 'echo a > "/etc/$(uname -r)"'],
    ["a command", "$(uname -r) a"],
    ["a case", "case $(uname -r) in 6*) echo a > /etc/a;; esac"],
    ["a loop", "while hostname | grep -q a; do echo a > /etc/a; done"],
    ["the process number", "echo $$ > /etc/pid"],
  ])("%s is not guessed", (_, script) => {
    expect(reading(script)).toMatchObject({ verdict: "needs-you", made: {} });
  });

  test("an unknown command asks for you with its line, and what follows is still read", () => {
    const { verdict, notes, made } = reading("frobnicate --all /etc\necho b > /etc/b");
    expect([verdict, notes]).toEqual([
      "needs-you",
      ["line 3, 'frobnicate' is not known: frobnicate --all /etc"],
    ]);
    expect(made).toEqual({ "etc/b": "b\n" });
  });

  test("set -e ends the script at a command that fails, and says so", () => {
    const { notes, made } = reading("echo a > /etc/a\nfalse\necho b > /etc/b");
    expect(notes).toEqual(["line 4, it would fail here: false"]);
    expect(made).toEqual({ "etc/a": "a\n" });
  });

  test("without set -e a failure passes, and -e may stand in the first line", () => {
    expect(reading("#!/bin/sh\nfalse\necho b > /etc/b").made).toEqual({ "etc/b": "b\n" });
    expect(reading("#!/bin/sh -e\nfalse\necho b > /etc/b").made).toEqual({});
  });

  test.each([
    ["perl", "#!/usr/bin/perl\nprint 1;"],
    ["a program", "\u007fELF"],
    ["nothing", ""],
  ])("%s is no shell script", (_, text) => {
    const { verdict, notes } = reading(":", {}, { postinst: text });
    expect(verdict).toBe("needs-you");
    expect(notes[0]).toContain("it is not a shell script");
  });

  test("a line is quoted without control characters, and cut", () => {
    const { notes } = reading(`frob \u001b[31m\u202e\u0007${"x".repeat(500)}`);
    expect(notes).toHaveLength(1);
    expect(notes[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(notes[0]?.length).toBeLessThan(300);
  });
});

describe("scripts that want to be trouble end soon, as yours to look at", () => {
  const deep = (open: string, close: string, count: number) => `${open.repeat(count)}:${close.repeat(count)}`;
  test.each<[string, string]>([
    ["an endless loop", "while :; do :; done"],
    ["an endless loop that writes", "while :; do echo a >> /etc/a; done"],
    ["an endless loop of a condition alone", "until false; do a=1; done"],
    ["endless recursion", "f() { f; }; f"],
    ["endless eval", 'a=\'eval "$a"\'; eval "$a"'],
    ["a text that doubles", `a=xxxxxxxx; ${"a=$a$a; ".repeat(60)} echo "$a" > /etc/a`],
    ["a text that doubles in a loop", 'a=x; while :; do a="$a$a"; done'],
    ["loops in loops", `${"for a in 1 2 3 4 5 6 7 8 9; do ".repeat(12)} :; ${"done; ".repeat(12)}`],
    ["nested substitutions", `echo "${deep("$(", ")", 5000)}"`],
    ["nested groups", deep("{ ", "; }", 5000)],
    ["nested subshells", deep("( ", ")", 50_000)],
    ["braces that multiply", `#!/bin/bash\necho ${"{a,b}".repeat(600)}`],
    ["braces that open", `#!/bin/bash\necho ${"{".repeat(200_000)}`],
    ["nested conditions", `#!/bin/bash\n[[ ${"! ( ".repeat(50_000)} a`],
    ["a huge script", `#!/bin/sh\n${":\n".repeat(600_000)}`],
    ["a quote without an end", `echo "${"a ".repeat(100_000)}`],
    ["a here-document without an end", "cat <<END\na"],
    ["many here-documents without an end", "cat <<A <<B <<C"],
    ["a case without an end", "case a in a) :"],
    ["a background job", "sleep 100 &"],
    [
      "unknown branches in unknown branches",
      `${"if hostname | grep -q a; then ".repeat(40)} :; ${"fi; ".repeat(40)} frob`,
    ],
  ])("%s", { timeout: 60_000 }, (_, script) => {
    expect(reading(script).verdict).toBe("needs-you");
  });

  test("a pattern of many stars is matched in no time", () => {
    const script = `a=${"a".repeat(2000)}; case $a in ${"*a".repeat(200)}*b) echo yes;; *) echo no;; esac`;
    expect(printed(script)).toBe("no\n");
  });

  test("a trimmed text of many stars, too", { timeout: 60_000 }, () => {
    expect(printed(`a=${"a".repeat(4000)}; echo \${a##${"*a".repeat(100)}*b} | grep -q b || echo no`)).toBe(
      "no\n",
    );
  });
});
