import { rangesMeet } from "../../formats/rpm/version.ts";
import type { ScriptCoverage } from "../../model/rootfs.ts";
import { coverageOf } from "../../scripts/coverage.ts";
import { followScript, scriptEnvironment } from "../../scripts/follow.ts";
import { Losses } from "../../scripts/losses.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import { commands } from "./commands.ts";
import { evrOfHeader } from "./evr-of-header.ts";
import { commandsOfLua } from "./lua-commands.ts";
import { type KnownLua, knownLua } from "./lua-scriptlets.ts";
import type { PlacedRpm } from "./placed-rpm.ts";
import { type RpmTrigger, type Scriptlet, scriptletsOf, triggersOf } from "./scriptlets.ts";

/** Reads the scriptlets of all packages, one after another, over one tree. */
export class RpmScriptReader {
  readonly #workspace: Workspace;
  /** By package name, of each machine's. */
  readonly #versions: ReadonlyMap<string, readonly string[]>;
  readonly #paths: readonly string[];
  readonly #losses = new Losses();

  constructor(workspace: Workspace, packages: readonly PlacedRpm[]) {
    this.#workspace = workspace;
    const versions = new Map<string, string[]>();
    for (const { name, header } of packages)
      versions.set(name, [...(versions.get(name) ?? []), evrOfHeader(header)]);
    this.#versions = versions;
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

  /**
   * Triggers for packages and files that are there, those of the highest priority first. rpm runs some of them for each
   * package that sets them off; what they do is the same each time, and is done once.
   */
  readTriggers(packages: readonly PlacedRpm[], kinds: readonly RpmTrigger["kind"][]): ScriptCoverage[] {
    const triggers = packages.flatMap((one) => triggersOf(one.header).map((trigger) => ({ one, trigger })));
    return triggers
      .filter(({ trigger }) => kinds.includes(trigger.kind))
      .sort((a, b) => b.trigger.priority - a.trigger.priority)
      .map(({ one, trigger }) =>
        this.#isSetOff(trigger)
          ? this.#follow(
              one,
              trigger.kind,
              trigger.interpreter,
              trigger.text,
              ["1", "1"],
              this.#filesFor(trigger),
            )
          : { package: one.name, script: trigger.kind, verdict: "harmless", notes: ["nothing sets it off"] },
      );
  }

  #isSetOff({ kind, on }: RpmTrigger): boolean {
    const wanted = on.filter(({ onInstallation }) => onInstallation);
    if (kind !== "trigger")
      return wanted.some(({ name }) => this.#startsWith(name).next().value !== undefined);
    return wanted.some((one) =>
      this.#versions.get(one.name)?.some((version) => rangesMeet({ operator: "=", version }, one)),
    );
  }

  /** What a file trigger reads: the files that set it off, one a line. */
  #filesFor({ kind, on }: RpmTrigger): string {
    if (kind === "trigger") return "";
    const files = new Set(
      on.flatMap(({ name, onInstallation }) => (onInstallation ? [...this.#startsWith(name)] : [])),
    );
    return [...files].map((path) => `${path}\n`).join("");
  }

  /** The paths of packages that begin so, sorted. */
  *#startsWith(prefix: string): Generator<string> {
    let [low, high] = [0, this.#paths.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#paths[middle] as string) < prefix) low = middle + 1;
      else high = middle;
    }
    for (let at = low; this.#paths[at]?.startsWith(prefix); at += 1) yield this.#paths[at] as string;
  }

  #follow(
    { name }: PlacedRpm,
    script: string,
    interpreter: string,
    text: string,
    args: readonly string[],
    input = "",
  ): ScriptCoverage {
    const lua = interpreter.split(" ")[0] === "<lua>";
    const known = lua ? knownLua(name, script, text) : undefined;
    if (known !== undefined) return this.#done(known, name, script, text);
    const commandsOnly = lua ? commandsOfLua(text) : undefined;
    const shell = text === "" || commandsOnly !== undefined;
    // A shell without a script does nothing; any other program does its work (`-p /sbin/ldconfig`).
    const program = interpreter === "/bin/sh" ? "" : interpreter;
    const { findings } = followScript(this.#workspace, {
      text: commandsOnly ?? (text === "" ? program : text),
      interpreter: shell ? "/bin/sh" : interpreter.split(" ")[0],
      dialect: "bash",
      path: `/var/tmp/rpm-tmp.${name}`,
      args,
      input,
      environment: new Map(scriptEnvironment),
      commands,
    });
    findings.needs.push(...this.#losses.since(this.#workspace));
    return coverageOf(name, script, commandsOnly ?? text, findings);
  }

  #done({ phrase, harmless, run }: KnownLua, name: string, script: string, text: string): ScriptCoverage {
    const problem = run(this.#workspace);
    const needs = problem === undefined ? [] : [{ line: 0, why: problem }];
    needs.push(...this.#losses.since(this.#workspace));
    const phrases = new Set([phrase]);
    const findings = {
      handled: harmless ? new Set<string>() : phrases,
      harmless: harmless ? phrases : new Set<string>(),
      needs,
    };
    return coverageOf(name, script, text, findings);
  }
}
