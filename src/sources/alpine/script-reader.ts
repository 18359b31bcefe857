import { type ScriptKind, scriptKinds } from "../../formats/apk/scripts-tar.ts";
import type { ScriptCoverage } from "../../model/rootfs.ts";
import { coverageOf } from "../../scripts/coverage.ts";
import { followScript, interpreterOf, scriptEnvironment } from "../../scripts/follow.ts";
import { Losses } from "../../scripts/losses.ts";
import type { Emulation } from "../../scripts/shell/interpret.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import { commandsOf } from "./commands.ts";
import type { PlacedApk } from "./placed-apk.ts";
import { foldersOf, triggeredBy } from "./triggers.ts";

/** Reads the scripts of all packages, one after another, over one tree. */
export class ApkScriptReader {
  readonly #workspace: Workspace;
  readonly #commands: ReadonlyMap<string, Emulation>;
  readonly #folders: readonly string[];
  readonly #losses = new Losses();

  constructor(workspace: Workspace, packages: readonly PlacedApk[]) {
    this.#workspace = workspace;
    this.#commands = commandsOf(new Map(packages.flatMap(({ applets }) => [...applets])));
    this.#folders = foldersOf(packages);
  }

  /** One script of a first installation; nothing when the package has none of that name. */
  read(one: PlacedApk, kind: "pre-install" | "post-install"): ScriptCoverage[] {
    return one.scripts.has(kind) ? [this.#follow(one, kind, [one.info.version])] : [];
  }

  /** The trigger, called once with all folders that set it off. */
  readTrigger(one: PlacedApk): ScriptCoverage[] {
    if (!one.scripts.has("trigger")) return [];
    const folders = triggeredBy(one.info.triggers, this.#folders);
    if (folders.length > 0) return [this.#follow(one, "trigger", folders)];
    return [
      { package: one.info.name, script: "trigger", verdict: "harmless", notes: ["nothing sets it off"] },
    ];
  }

  /** What runs on updates and removals only. */
  later(one: PlacedApk): ScriptCoverage[] {
    return scriptKinds
      .filter((kind) => one.scripts.has(kind) && (kind.endsWith("-upgrade") || kind.endsWith("-deinstall")))
      .map((script) => ({
        package: one.info.name,
        script,
        verdict: "harmless" as const,
        notes: [
          script.endsWith("-upgrade") ? "runs only when it is updated" : "runs only when it is removed",
        ],
      }));
  }

  #follow({ info, scripts }: PlacedApk, kind: ScriptKind, args: readonly string[]): ScriptCoverage {
    const text = scripts.get(kind) ?? "";
    const { findings } = followScript(this.#workspace, {
      text,
      interpreter: /^#! *\/(?:usr\/)?bin\/busybox +(?:a?sh)\s/.test(text) ? "/bin/sh" : interpreterOf(text),
      dialect: "busybox",
      path: `lib/apk/exec/${info.name}-${info.version}.${kind}`,
      args,
      environment: new Map([...scriptEnvironment, ["PATH", "/usr/sbin:/usr/bin:/sbin:/bin"], ["PWD", "/"]]),
      commands: this.#commands,
    });
    findings.needs.push(...this.#losses.since(this.#workspace));
    return coverageOf(info.name, kind, text, findings);
  }
}
