import type { ScriptCoverage } from "../../model/rootfs.ts";
import { commonCommands } from "../../scripts/commands/common.ts";
import { coverageOf } from "../../scripts/coverage.ts";
import { followScript, scriptEnvironment } from "../../scripts/follow.ts";
import { Losses } from "../../scripts/losses.ts";
import type { Call, Emulation, Status } from "../../scripts/shell/interpret.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import type { PlacedRpm } from "./placed-rpm.ts";
import { type RpmTrigger, type Scriptlet, scriptletsOf, triggersOf } from "./scriptlets.ts";

/** When a trigger runs (rpm, rpmds.h, RPMSENSE_TRIGGER…): as something comes, before or after. */
const onInstallation = (1 << 16) | (1 << 25);

const commands: ReadonlyMap<string, Emulation> = new Map([...commonCommands, ["ldconfig", linker]]);

/** Its work is done once, at the end. */
function linker(call: Call): Status {
  call.shell.findings.handled.add("the dynamic linker's cache");
  return 0;
}

/** Reads the scriptlets of all packages, one after another, over one tree. */
export class RpmScriptReader {
  readonly #workspace: Workspace;
  readonly #names: ReadonlySet<string>;
  readonly #paths: readonly string[];
  readonly #losses = new Losses();

  constructor(workspace: Workspace, packages: readonly PlacedRpm[]) {
    this.#workspace = workspace;
    this.#names = new Set(packages.map(({ name }) => name));
    this.#paths = packages.flatMap(({ files }) => files.map(({ path }) => `/${path}`)).sort();
  }

  /** The scriptlets of one moment of a first installation. */
  read(one: PlacedRpm, when: Scriptlet["when"]): ScriptCoverage[] {
    return scriptletsOf(one.header)
      .filter((scriptlet) => scriptlet.when === when)
      .map(({ interpreter, text }) => this.#follow(one, when, interpreter, text, ["1"]));
  }

  /** What runs on updates, removals and demand only. */
  later(one: PlacedRpm): ScriptCoverage[] {
    return scriptletsOf(one.header)
      .filter(({ when }) => when === "preun" || when === "postun" || when === "verifyscript")
      .map(({ when }) => ({
        package: one.name,
        script: when,
        verdict: "harmless" as const,
        notes: [when === "verifyscript" ? "runs only when it is verified" : "runs only when it is removed"],
      }));
  }

  /** Triggers of a package for others, and for files, that are there. */
  readTriggers(one: PlacedRpm): ScriptCoverage[] {
    const triggers = [...triggersOf(one.header)].sort((a, b) => b.priority - a.priority);
    return triggers.map((trigger) =>
      this.#isSetOff(trigger)
        ? this.#follow(one, trigger.kind, trigger.interpreter, trigger.text, ["1", "1"])
        : { package: one.name, script: trigger.kind, verdict: "harmless", notes: ["nothing sets it off"] },
    );
  }

  #isSetOff({ kind, on }: RpmTrigger): boolean {
    const wanted = on.filter(({ flags }) => (flags & onInstallation) !== 0);
    if (kind === "trigger") return wanted.some(({ name }) => this.#names.has(name));
    return wanted.some(({ name }) => this.#hasBelow(name));
  }

  /** Whether a package brings a path that begins so. */
  #hasBelow(prefix: string): boolean {
    let [low, high] = [0, this.#paths.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#paths[middle] as string) < prefix) low = middle + 1;
      else high = middle;
    }
    return this.#paths[low]?.startsWith(prefix) ?? false;
  }

  #follow(
    { name }: PlacedRpm,
    script: string,
    interpreter: string,
    text: string,
    args: readonly string[],
  ): ScriptCoverage {
    const { findings } = followScript(this.#workspace, {
      text: text === "" ? interpreter : text,
      interpreter: text === "" ? "/bin/sh" : interpreter.split(" ")[0],
      path: `/var/tmp/rpm-tmp.${name}`,
      args,
      environment: new Map(scriptEnvironment),
      commands,
    });
    findings.needs.push(...this.#losses.since(this.#workspace));
    return coverageOf(name, script, text, findings);
  }
}
