import type { ScriptCoverage } from "../../../model/rootfs.ts";
import type { UnpackedDebian } from "../unpacked.ts";
import { defaultAnswers } from "./commands/debconf.ts";
import { emulations } from "./emulations.ts";
import { nativeOf } from "./natives.ts";
import { type Emulation, type Findings, Shell, type Value } from "./shell/interpret.ts";
import type { Workspace } from "./workspace.ts";

const QUOTE = 120;

/** Reads the scripts of all packages, one after another, over one tree. */
export class ScriptReader {
  readonly #workspace: Workspace;
  readonly #architecture: string;
  readonly #versions: ReadonlyMap<string, string>;
  readonly #activate: (trigger: string) => void;
  readonly #answers = new Map<string, Map<string, Value>>();
  readonly #lost = new Set<string>();

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
    return [coverageOf(deb, script, text, findings)];
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
    return [coverageOf(deb, "triggers", text, findings)];
  }

  #answersOf(deb: UnpackedDebian): Map<string, Value> {
    const known = this.#answers.get(deb.name) ?? defaultAnswers(deb.scripts.get("templates") ?? "");
    this.#answers.set(deb.name, known);
    return known;
  }

  #findings(deb: UnpackedDebian, script: string, text: string, args: readonly string[]): Findings {
    const findings = this.#follow(deb, script, text, args);
    // What a package brought and a script took away again stays in the image, and what changed unseen stays as it was.
    for (const path of [...this.#workspace.removed(), ...this.#workspace.unmade()]) {
      if (this.#lost.has(path)) continue;
      this.#lost.add(path);
      findings.needs.push({ line: 0, why: `/${path} should be taken away or changed` });
    }
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
    if (!/^#! *\/(?:usr\/)?bin\/(?:env +)?(?:ba|da)?sh\b/.test(text)) {
      const needs = [{ line: 1, why: "it is not a shell script" }];
      return { handled: new Set(), harmless: new Set(), needs };
    }
    const environment = new Map([
      ["DPKG_ADMINDIR", "/var/lib/dpkg"],
      ["DPKG_MAINTSCRIPT_ARCH", deb.architecture],
      ["DPKG_MAINTSCRIPT_NAME", script],
      ["DPKG_MAINTSCRIPT_PACKAGE", deb.name],
      ["DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT", "1"],
      ["DPKG_ROOT", ""],
      ["DEBIAN_FRONTEND", "noninteractive"],
      ["IFS", " \t\n"],
      ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ]);
    const known: ReadonlyMap<string, Emulation> = emulations({
      architecture: this.#architecture,
      versions: this.#versions,
      current: deb.name,
      activate: this.#activate,
      ownerOf: (path) => this.#workspace.ownerOf(path),
      pathsOf: (name) => this.#workspace.pathsOf(name),
    });
    const shell = new Shell(this.#workspace, known, environment, this.#answersOf(deb));
    shell.scriptName = `/var/lib/dpkg/info/${deb.installedAs}.${script}`;
    shell.run(text, args);
    this.#answers.set(deb.name, shell.answers);
    return shell.findings;
  }
}

function coverageOf(deb: UnpackedDebian, script: string, text: string, findings: Findings): ScriptCoverage {
  const { handled, harmless, needs } = findings;
  const done = [...handled, ...harmless].map(printable);
  if (needs.length > 0) {
    const lines = text.split("\n");
    const asked = needs.map(({ line, why }) => {
      const quoted = printable(lines[line - 1] ?? "");
      return line === 0 ? printable(why) : `line ${line}, ${printable(why)}: ${quoted}`;
    });
    return { package: deb.name, script, verdict: "needs-you", notes: [...new Set(asked)] };
  }
  if (handled.size > 0) return { package: deb.name, script, verdict: "handled", notes: done };
  const notes = done.length > 0 ? done : ["does nothing on a first installation"];
  return { package: deb.name, script, verdict: "harmless", notes };
}

/** Foreign text for a report: one short line without control characters. */
function printable(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, " ").trim();
  return plain.length > QUOTE ? `${plain.slice(0, QUOTE)}…` : plain;
}
