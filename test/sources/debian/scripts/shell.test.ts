import { describe, expect, test } from "vitest";
import { printed, reading } from "../../../kit/scripted-root.ts";

describe("what a shell would print", () => {
  test.each<[string, string, string]>([
    ["single quotes keep everything", `echo '$a "b" \`c\` *'`, `$a "b" \`c\` *\n`],
    ["double quotes expand", `a=1; echo "$a\${a}2 '$a' \\$a \\""`, `112 '1' $a "\n`],
    ["quotes keep blanks, bare words do not", `a='x   y'; echo $a; echo "$a"`, "x y\nx   y\n"],
    ["an empty quoted word is a word", `count() { echo $#; }; a=; count "" $a "$a" ''`, "3\n"],
    ["quotes join what stands beside them", `echo a'b'"c"d\\e`, "abcde\n"],
    ["a backslash at a line's end joins the lines", "echo a\\\nb \\\n c", "ab c\n"],
    ["a comment ends its line, a # within a word does not", "echo a#b # c", "a#b\n"],
    ["${x:-y} for what is unset or empty", `a=; echo "\${a:-1}\${a-2}\${b-3}"`, "13\n"],
    ["${x:=y} sets", `: "\${a:=1}"; echo $a`, "1\n"],
    ["${x:+y} for what is set", `a=1; b=; echo "\${a:+x}\${b:+y}\${b+z}"`, "xz\n"],
    ["${#x} counts", "a=four; echo ${#a}", "4\n"],
    [
      "${x%y} and ${x##y} cut",
      `a=/usr/lib/x.so.1; echo \${a##*/} \${a%/*} \${a%%.*} \${a#/*/}`,
      "x.so.1 /usr/lib /usr/lib/x lib/x.so.1\n",
    ],
    ["defaults nest", `echo "\${a:-\${b:-"c d"}}"`, "c d\n"],
    ["$(…) nests and loses its last line breaks", `echo "[$(printf 'a\\n\\n')$(echo $(echo b))]"`, "[ab]\n"],
    ["backquotes are substitutions", "echo `echo a`", "a\n"],
    ["arithmetic", "a=7; echo $((a * (2 + 3) % 4 - -1)) $((7 / 2)) $(($a - 10))", "4 3 -3\n"],
    [
      "for over words, with break and continue",
      "for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done",
      "1\n3\n",
    ],
    [
      "while and until",
      "i=0; while [ $i -lt 2 ]; do echo $i; i=$((i + 1)); done; until [ $i -eq 0 ]; do i=$((i - 1)); done; echo $i",
      "0\n1\n0\n",
    ],
    [
      "while read over a here-document",
      "while read -r a b; do echo $b-$a; done <<END\n1 2 3\n4\nEND",
      "2 3-1\n-4\n",
    ],
    [
      "case takes the first pattern that fits",
      "for a in x.so lib3 -h ''; do case \"$a\" in *.so) echo so;; lib[0-9]|lib) echo lib;; -*) echo option;; '') echo none;; *) echo no;; esac; done",
      "so\nlib\noption\nnone\n",
    ],
    [
      "quoted pattern characters are plain",
      `case 'a*' in "a*") echo yes;; *) echo no;; esac; case ab in "a*") echo yes;; *) echo no;; esac`,
      "yes\nno\n",
    ],
    [
      "if, elif and else",
      "a=2; if [ $a = 1 ]; then echo one; elif [ $a = 2 ]; then echo two; else echo more; fi",
      "two\n",
    ],
    [
      "functions have arguments, locals and a status",
      'a=out; f() { local a; a=$1; shift; echo $a $# "$@"; return 3; }; f x y z || echo $?; echo $a',
      "x 2 y z\n3\nout\n",
    ],
    [
      "a here-document expands, a quoted one does not",
      "a=1\ncat <<A\n$a \\$a\nA\ncat <<'B'\n$a\nB\ncat <<-C\n\tin\n\tC",
      "1 $a\n$a\nin\n",
    ],
    ["pipes hand output on", "printf 'b\\na\\n' | sort | grep a", "a\n"],
    ["a subshell keeps its variables, a group does not", "a=1; (a=2); echo $a; { a=3; }; echo $a", "1\n3\n"],
    ["&&, || and !", "true && echo a || echo b; false && echo c || echo d; ! false && echo e", "a\nd\ne\n"],
    [
      "[ ] with -a, -o, ! and parentheses",
      "[ a = a -a ! b = c ] && echo 1; [ '(' x = y ')' -o -n z ] && echo 2; [ -z '' ] && echo 3; test 2 -gt 1 && echo 4",
      "1\n2\n3\n4\n",
    ],
    ["set -- makes the arguments", `set -- a "b c"; echo $#; for one; do echo "$one"; done`, "2\na\nb c\n"],
    ["an assignment before a command is for that command", "f() { echo $a; }; a=1; a=2 f; echo $a", "2\n1\n"],
    ["the arguments are dpkg's", `echo "$1" "[$2]" "$#"`, "configure [] 2\n"],
  ])("%s", (_, script, text) => {
    expect(printed(script)).toBe(text);
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
  ])("%s", { timeout: 4000 }, (_, script) => {
    const start = performance.now();
    expect(reading(script).verdict).toBe("needs-you");
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test("a pattern of many stars is matched in no time", () => {
    const script = `a=${"a".repeat(2000)}; case $a in ${"*a".repeat(200)}*b) echo yes;; *) echo no;; esac`;
    expect(printed(script)).toBe("no\n");
  });

  test("a trimmed text of many stars, too", { timeout: 4000 }, () => {
    expect(printed(`a=${"a".repeat(4000)}; echo \${a##${"*a".repeat(100)}*b} | grep -q b || echo no`)).toBe(
      "no\n",
    );
  });
});
