import { describe, expect, test } from "vitest";
import { readingScriptlet } from "../../kit/rpm-scripted.ts";

const state = "/var/lib/alternatives";

/** As nano and vim of Fedora call it, shortened. */
const install =
  "update-alternatives --install /usr/bin/editor editor /usr/bin/vim 50 --slave /usr/share/man/editor.1 editor.1 /usr/share/man/vim.1";
const other = "alternatives --install /usr/bin/editor editor /usr/bin/nano 90 --family small";
const folders = { "usr/share/man/": {} };

describe("alternatives of chkconfig", () => {
  test("a link leads over /etc/alternatives to the program, and the state is chkconfig's", () => {
    const { link, text, findings } = readingScriptlet(install, folders);
    expect(findings.needs).toEqual([]);
    expect([...findings.handled]).toEqual(["alternative editor"]);
    expect(link("/usr/bin/editor")).toBe("/etc/alternatives/editor");
    expect(link("/etc/alternatives/editor")).toBe("/usr/bin/vim");
    expect(link("/usr/share/man/editor.1")).toBe("/etc/alternatives/editor.1");
    expect(text(`${state}/editor`)).toBe(
      "auto\n/usr/bin/editor\neditor.1\n/usr/share/man/editor.1\n\n/usr/bin/vim\n50\n/usr/share/man/vim.1\n",
    );
  });

  test("the highest priority stands, and followers that it has not are gone", () => {
    const { link, text } = readingScriptlet(`${install}\n${other}`, folders);
    expect(link("/etc/alternatives/editor")).toBe("/usr/bin/nano");
    expect(link("/usr/share/man/editor.1")).toBeUndefined();
    expect(text(`${state}/editor`)).toBe(
      "auto\n/usr/bin/editor\neditor.1\n/usr/share/man/editor.1\n\n" +
        "/usr/bin/vim\n50\n/usr/share/man/vim.1\n/usr/bin/nano\n@small@90\n\n",
    );
  });

  test.each([
    ["alternatives --set editor /usr/bin/vim", "manual", "/usr/bin/vim"],
    ["alternatives --set editor small", "manual", "/usr/bin/nano"],
    ["alternatives --set editor /usr/bin/vim\nalternatives --auto editor", "auto", "/usr/bin/nano"],
    ["alternatives --remove editor /usr/bin/nano", "auto", "/usr/bin/vim"],
    ["ln -sf /usr/bin/vim /etc/alternatives/editor\nalternatives --auto editor", "auto", "/usr/bin/nano"],
  ])("%s", (command, mode, program) => {
    const { link, text, findings } = readingScriptlet(`${install}\n${other}\n${command}`, folders);
    expect(findings.needs).toEqual([]);
    expect(link("/etc/alternatives/editor")).toBe(program);
    expect(text(`${state}/editor`)?.split("\n")[0]).toBe(mode);
  });

  test.each(["--remove editor /usr/bin/vim", "--remove-all editor"])("nothing is left after %s", (words) => {
    const { workspace } = readingScriptlet(`${install}\nalternatives ${words}`, folders);
    for (const path of ["/usr/bin/editor", "/etc/alternatives/editor", `${state}/editor`])
      expect(workspace.lookup(path)).toBeUndefined();
  });

  test("where there is no folder for a link, its name in /etc/alternatives is missing, too", () => {
    const { link } = readingScriptlet(install);
    expect(link("/etc/alternatives/editor")).toBe("/usr/bin/vim");
    expect(link("/etc/alternatives/editor.1")).toBeUndefined();
  });

  test("a name that has a state and no link is left as it is", () => {
    const lines = `${install}\nrm /etc/alternatives/editor\n${other}`;
    const { link, text } = readingScriptlet(lines, folders);
    expect(link("/etc/alternatives/editor")).toBeUndefined();
    expect(text(`${state}/editor`)).not.toContain("nano");
  });

  test("what is no link stays, and the name leads to the program all the same", () => {
    const { link, text } = readingScriptlet(install, { ...folders, "usr/bin/editor": "own" });
    expect(text("/usr/bin/editor")).toBe("own");
    expect(link("/etc/alternatives/editor")).toBe("/usr/bin/vim");
  });

  test("followers come and go on their own", () => {
    const added = `${install}\nalternatives --add-slave editor /usr/bin/vim /usr/bin/view view /usr/bin/vim.view`;
    const { link, text } = readingScriptlet(added, folders);
    expect(link("/usr/bin/view")).toBe("/etc/alternatives/view");
    expect(text(`${state}/editor`)).toContain("view\n/usr/bin/view\neditor.1\n");
    const removed = readingScriptlet(
      `${added}\nalternatives --remove-follower editor /usr/bin/vim view`,
      folders,
    );
    expect(removed.link("/usr/bin/view")).toBeUndefined();
  });

  test("where sbin is bin, a program of either is the same", () => {
    const merged = { "usr/sbin": { link: "bin" } };
    const { text } = readingScriptlet(
      "alternatives --install /usr/sbin/mta mta /usr/sbin/a 10\nalternatives --install /usr/bin/mta mta /usr/bin/a 20",
      merged,
    );
    expect(text(`${state}/mta`)).toBe("auto\n/usr/sbin/mta\n\n/usr/bin/a\n20\n");
  });

  test("the state is where its folder leads: newer ones have it below /etc", () => {
    const moved = {
      "etc/alternatives.admindir/": {},
      "var/lib/alternatives": { link: "../../etc/alternatives.admindir" },
    };
    const { text, link } = readingScriptlet(other, moved);
    expect(text("/etc/alternatives.admindir/editor")).toBe(
      "auto\n/usr/bin/editor\n\n/usr/bin/nano\n@small@90\n",
    );
    expect(link(state)).toBe("../../etc/alternatives.admindir");
  });

  test.each([
    "alternatives --install relative editor /usr/bin/vim 50",
    "alternatives --install /usr/bin/editor ../escape /usr/bin/vim 50",
    "alternatives --install /usr/bin/editor editor /usr/bin/vim high",
    "alternatives --admindir /elsewhere --auto editor",
    "alternatives",
  ])("nothing is guessed: %s", (command) => {
    const { findings, workspace } = readingScriptlet(command);
    expect(findings.needs).toHaveLength(1);
    expect(workspace.version).toBe(0);
  });
});
