import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applySysusers } from "../../src/scripts/sysusers.ts";
import { applyTmpfiles } from "../../src/scripts/tmpfiles.ts";
import { Workspace } from "../../src/scripts/workspace.ts";
import { compareRoots } from "../kit/compare-roots.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { findPeer, needsPeers, needsRoot } from "../kit/peers.ts";

const files = {
  "etc/passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
  "etc/group": "root:x:0:\ndaemon:x:1:\naudio:x:29:\nstaff:x:50:\n",
  "etc/shadow": "root:*:1:0:99999:7:::\ndaemon:*:1:0:99999:7:::\n",
  "etc/gshadow": "root:*::\ndaemon:*::\naudio:*::\nstaff:*::\n",
};

describe("systemd's own programs leave the same in a root", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tare-systemd-"));
    for (const [path, text] of Object.entries(files)) write(path, text);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const lines = (text: string, file: string) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .filter((line) => text.includes(`${line.split(":")[0]}`))
      .sort();

  test("accounts of sysusers.d", (context) => {
    needsPeers(context, "systemd-sysusers");
    needsRoot(context);
    const text = [
      "# comment",
      "g group-alone -",
      "g group-fixed 150",
      'u plain - "A plain one"',
      'u fixed 151 "With a number" /var/lib/fixed /bin/sh',
      "u ingroup 152:50 - /srv",
      "u named -:audio",
      "m plain audio",
      "",
    ].join("\n");
    write("usr/lib/sysusers.d/x.conf", text);
    const workspace = new Workspace(folderRoot(root), Math.floor(Date.now() / 1000));
    expect(applySysusers(workspace, [text])).toBeUndefined();
    execFileSync(findPeer("systemd-sysusers") as string, [`--root=${root}`, "x.conf"], { stdio: "ignore" });
    for (const file of ["etc/passwd", "etc/group", "etc/shadow", "etc/gshadow"])
      expect([
        file,
        (workspace.text(`/${file}`) ?? "")
          .split("\n")
          .filter((line) => line !== "")
          .sort(),
      ]).toEqual([file, lines(`${text}root daemon audio staff`, file).filter((line) => line !== "")]);
  });

  test("directories, files and links of tmpfiles.d", (context) => {
    needsPeers(context, "systemd-tmpfiles");
    needsRoot(context);
    const text = [
      "d /var/lib/x 0750 daemon staff -",
      "d /var/lib/x/y - - - 10d",
      "d /run/x 0755 root root -",
      "f /etc/made 0640 root audio - some text",
      "L /etc/link - - - - ../usr/share/x",
      "D /var/cache/x 1777 root root -",
      "r /etc/gone",
      "R! /var/lib/x/z",
      "z /etc/group 0600 - - -",
      "",
    ].join("\n");
    write("usr/lib/tmpfiles.d/x.conf", text);
    const before = folderRoot(root);
    const workspace = new Workspace(before, 0);
    expect(applyTmpfiles(workspace, [text])).toBeUndefined();
    execFileSync(findPeer("systemd-tmpfiles") as string, [`--root=${root}`, "--create", "x.conf"], {
      stdio: "ignore",
    });
    const differences = compareRoots(workspace.view(), folderRoot(root), { names: ["ours", "theirs"] });
    expect(
      differences.filter(({ path }) => !/^run(?:\/|$)/.test(path) && !/^(?:usr|var|etc)$/.test(path)),
    ).toEqual([]);
  });
});
