import type { ScriptCoverage } from "../../../model/rootfs.ts";
import { coverageOf } from "../../../scripts/coverage.ts";
import { followScript, interpreterOf, scriptEnvironment } from "../../../scripts/follow.ts";
import { Losses } from "../../../scripts/losses.ts";
import type { Findings, Value } from "../../../scripts/shell/interpret.ts";
import type { Workspace } from "../../../scripts/workspace.ts";
import type { UnpackedDebian } from "../unpacked.ts";
import { defaultAnswers } from "./commands/debconf.ts";
import { emulations } from "./emulations.ts";
import { nativeOf } from "./natives.ts";

/** Reads the scripts of all packages, one after another, over one tree. */
export class ScriptReader {
  readonly #workspace: Workspace;
  readonly #architecture: string;
  readonly #versions: ReadonlyMap<string, string>;
  readonly #activate: (trigger: string) => void;
  readonly #answers = new Map<string, Map<string, Value>>();
  readonly #losses = new Losses();

  constructor(
    workspace: Workspace,
    packages: readonly UnpackedDebian[],
    architecture: string,
    activate: (trigger: string) => void,
  ) {
    this.#workspace = workspace;
    this.#architecture = architecture;
    this.#versions = new Map(packages.map(({ name, version }) => [name, version]));
    this.#activate = activate;
  }

  /** One script, called as dpkg would; nothing when the package has none of that name. */
  read(deb: UnpackedDebian, script: string, args: readonly string[]): ScriptCoverage[] {
    const text = deb.scripts.get(script);
    if (text === undefined) return [];
    const findings = this.#findings(deb, script, text, args);
    // Answers that a questionnaire might have changed unseen are no longer its defaults.
    if (script === "config" && findings.needs.length > 0)
      for (const question of this.#answersOf(deb).keys()) this.#answersOf(deb).set(question, undefined);
    return [coverageOf(deb.name, script, text, findings)];
  }

  /** The postinst once more, for triggers that other packages set off. */
  readTriggers(deb: UnpackedDebian, fired: readonly string[]): ScriptCoverage[] {
    if (!deb.scripts.has("triggers")) return [];
    const text = deb.scripts.get("postinst");
    if (fired.length === 0 || text === undefined) {
      const notes = ["sets off triggers, or waits for some that nothing sets off"];
      return [{ package: deb.name, script: "triggers", verdict: "harmless", notes }];
    }
    const findings = this.#findings(deb, "postinst", text, ["triggered", fired.join(" ")]);
    return [coverageOf(deb.name, "triggers", text, findings)];
  }

  #answersOf(deb: UnpackedDebian): Map<string, Value> {
    const known = this.#answers.get(deb.name) ?? defaultAnswers(deb.scripts.get("templates") ?? "");
    this.#answers.set(deb.name, known);
    return known;
  }

  #findings(deb: UnpackedDebian, script: string, text: string, args: readonly string[]): Findings {
    const findings = this.#follow(deb, script, text, args);
    findings.needs.push(...this.#losses.since(this.#workspace));
    return findings;
  }

  #follow(deb: UnpackedDebian, script: string, text: string, args: readonly string[]): Findings {
    const native = nativeOf(deb.name, script, text);
    if (native) {
      const problem = native.run(this.#workspace, text);
      const needs = problem === undefined ? [] : [{ line: 0, why: problem }];
      const [handled, harmless] = native.harmless ? [[], [native.phrase]] : [[native.phrase], []];
      return { handled: new Set(handled), harmless: new Set(harmless), needs };
    }
    const { findings, answers } = followScript(this.#workspace, {
      text,
      interpreter: interpreterOf(text),
      path: `/var/lib/dpkg/info/${deb.installedAs}.${script}`,
      args,
      environment: new Map([
        ...scriptEnvironment,
        ["DPKG_ADMINDIR", "/var/lib/dpkg"],
        ["DPKG_MAINTSCRIPT_ARCH", deb.architecture],
        ["DPKG_MAINTSCRIPT_NAME", script],
        ["DPKG_MAINTSCRIPT_PACKAGE", deb.name],
        ["DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT", "1"],
        ["DPKG_ROOT", ""],
        ["DEBIAN_FRONTEND", "noninteractive"],
      ]),
      commands: emulations({
        architecture: this.#architecture,
        versions: this.#versions,
        current: deb.name,
        activate: this.#activate,
        ownerOf: (path) => this.#workspace.ownerOf(path),
        pathsOf: (name) => this.#workspace.pathsOf(name),
      }),
      answers: this.#answersOf(deb),
    });
    this.#answers.set(deb.name, answers);
    return findings;
  }
}
