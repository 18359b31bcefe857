import { followScript, scriptEnvironment } from "../../src/scripts/follow.ts";
import { Workspace } from "../../src/scripts/workspace.ts";
import { commands } from "../../src/sources/fedora/commands.ts";
import { type Files, rootFrom, timestamp } from "./scripted-root.ts";

/** A shell scriptlet of rpm's, read over a root that holds `etc`, `usr/bin` and these files. */
export function readingScriptlet(text: string, files: Files = {}) {
  const workspace = new Workspace(rootFrom({ "etc/": {}, "usr/bin/": {}, ...files }), timestamp);
  const { findings } = followScript(workspace, {
    text,
    interpreter: "/bin/sh",
    dialect: "bash",
    path: "/var/tmp/rpm-tmp",
    args: ["1"],
    environment: new Map(scriptEnvironment),
    commands,
  });
  return {
    workspace,
    findings,
    /** The text of a link; undefined when there is none. */
    link: (path: string) => workspace.lookup(path)?.link,
    text: (path: string) => workspace.text(path),
  };
}
