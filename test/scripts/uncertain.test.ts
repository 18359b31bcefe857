import { describe, expect, test } from "vitest";
import { printed, reading } from "../kit/scripted-root.ts";

describe("what nobody can know is never claimed to be handled", () => {
  test.each([
    [
      "an if inside a substitution",
      'a=$(if [ "$(uname -r)" = 6 ]; then echo x; else echo y; fi); echo "$a" > /etc/x',
    ],
    ["a case that prints", 'case "$(uname -r)" in 6*) echo a;; 5*) echo b;; esac > /etc/x'],
    ["everything that follows goes elsewhere", "exec > /etc/x; echo a"],
    ["another descriptor", "exec 3>&1; echo z >&3"],
    ["something at the end", "trap 'echo bye > /etc/bye' EXIT"],
    ["a group that prints what is not known", "{ date; } > /etc/x"],
    ["a subshell that prints what is not known", "( echo $(uname -r) ) > /etc/x"],
    ["a loop that writes nobody knows where", "for i in 1 2; do date; done >> $(uname -r)"],
    ["somebody's home", "echo ~root > /etc/x"],
    ["words without end", 'set -- a b c d; while :; do set -- "$@" "$@"; done'],
  ])("%s", (_, script) => {
    const { verdict, made } = reading(script);
    expect(verdict).toBe("needs-you");
    expect(Object.keys(made).filter((path) => path === "etc/x" || path === "etc/bye")).toEqual([]);
  });
});

describe("fields are split as a shell splits them", () => {
  test.each([
    ["unquoted parameters", 'set -- "a b" c; for i in $*; do echo "[$i]"; done', "[a]\n[b]\n[c]\n"],
    ["quoted parameters", 'set -- "a b" c; for i in "$@"; do echo "[$i]"; done', "[a b]\n[c]\n"],
    ["all parameters in one", 'set -- a b; echo "[$*]"', "[a b]\n"],
    ["an empty field between colons", 'IFS=:; a=b::d; for i in $a; do echo "[$i]"; done', "[b]\n[]\n[d]\n"],
    ["blanks around a colon", 'IFS=" :"; a="b : d"; for i in $a; do echo "[$i]"; done', "[b]\n[d]\n"],
    ["blanks at the ends", 'a=" b  c "; for i in x$a; do echo "[$i]"; done', "[x]\n[b]\n[c]\n"],
  ])("%s", (_, script, expected) => {
    expect(printed(script)).toBe(expected);
  });
});
