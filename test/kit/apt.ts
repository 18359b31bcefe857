import { execFile, execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const helper = "/usr/lib/apt/apt-helper";
const most = 2 ** 30;

/** One `Packages` file that this machine's apt has downloaded. */
export interface AptIndex {
  /** `bookworm/main`, without the host it comes from. */
  readonly name: string;
  readonly suites: readonly string[];
  readonly component: string;
  readonly pin: number;
  readonly file: string;
  /** Its text, unpacked. */
  read(): Buffer;
}

/** What apt would install into an empty root: `name version` each, sorted, or its complaint. */
export type AptAnswer = { readonly packages: readonly string[] } | { readonly refused: string };

/**
 * This machine's apt with this machine's package lists and sources, but an empty root, no preferences, and a cache of
 * its own.
 */
export class AptPeer {
  readonly #options: readonly string[];
  readonly architecture = ask("dpkg", ["--print-architecture"]).trim();

  private constructor(folder: string) {
    const settings = {
      "Dir::State::status": join(folder, "status"),
      "Dir::State::extended_states": join(folder, "extended_states"),
      "Dir::Cache": join(folder, "cache"),
      "Dir::Cache::pkgcache": join(folder, "cache/pkgcache.bin"),
      "Dir::Etc::preferences": "/dev/null",
      "Dir::Etc::preferencesparts": "/dev/null",
      "Debug::NoLocking": "1",
    };
    this.#options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  }

  static async in(folder: string): Promise<AptPeer> {
    await mkdir(join(folder, "cache"));
    await writeFile(join(folder, "status"), "");
    return new AptPeer(folder);
  }

  /** In the order of the sources. Empty where `apt-get update` never ran. */
  indexes(): AptIndex[] {
    const format = ["SUITE", "CODENAME", "COMPONENT", "ARCHITECTURE", "FILENAME", "DESCRIPTION"]
      .map((field) => `$(${field})`)
      .join("\t");
    const listed = ask("apt-get", [
      ...this.#options,
      "indextargets",
      "--format",
      format,
      "Created-By: Packages",
    ]);
    const policy = ask("apt-cache", [...this.#options, "policy"]);
    return listed
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => {
        const [suite = "", codename = "", component = "", architecture, file = "", description = ""] =
          line.split("\t");
        if (architecture !== this.architecture) return [];
        const pin = policy.split("\n").find((each) => each.trim().endsWith(` ${description}`));
        return [
          {
            name: `${codename}/${component}`,
            suites: [codename, suite],
            component,
            pin: Number.parseInt(pin ?? "500", 10),
            file,
            read: () => execFileSync(helper, ["cat-file", file], { maxBuffer: most }),
          },
        ];
      });
  }

  /** `apt-get install --simulate` of these, or of what these patterns mean. */
  async install(names: readonly string[], recommends = false): Promise<AptAnswer> {
    const follow = recommends ? "--install-recommends" : "--no-install-recommends";
    const args = [...this.#options, "install", "--simulate", follow, ...names];
    try {
      const { stdout } = await run("apt-get", args, { env: plainEnvironment(), maxBuffer: most });
      const lines = stdout.matchAll(/^Inst (\S+) \((\S+) /gm);
      return { packages: Array.from(lines, ([, name, version]) => `${name} ${version}`).sort() };
    } catch (error) {
      const { stderr = "" } = error as { stderr?: string };
      if (!stderr.includes("E: ")) throw error;
      return { refused: stderr };
    }
  }
}

function ask(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", env: plainEnvironment(), maxBuffer: most });
}

function plainEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C.UTF-8" };
}
