import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.ts";

/** What dnf would install into an empty root, `name version architecture` each, sorted, or its complaint. */
export type DnfAnswer = { readonly packages: readonly string[] } | { readonly refused: string };

/** The real dnf with an empty root, one repository on this machine, and no setting, cache or plugin of this machine's. */
export class DnfPeer {
  readonly #folder: string;
  readonly #options: readonly string[];

  private constructor(folder: string, options: readonly string[]) {
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * @param folder an empty one, for all that dnf writes
   * @param repository the folder that has `repodata`
   */
  static async in(folder: string, repository: string): Promise<DnfPeer> {
    await mkdir(join(folder, "none"), { recursive: true });
    const settings = { reposdir: "none", cachedir: "cache", logdir: "log", persistdir: "state" };
    const lines = [
      ...Object.entries(settings).map(([name, place]) => `${name}=${join(folder, place)}`),
      "plugins=0",
      "gpgcheck=0",
      "metadata_expire=-1",
      "[test]",
      "name=test",
      `baseurl=file://${repository}`,
    ];
    await writeFile(join(folder, "dnf.conf"), `[main]\n${lines.join("\n")}\n`);
    return new DnfPeer(folder, ["-c", join(folder, "dnf.conf"), "--releasever=1", "--forcearch=x86_64"]);
  }

  async install(wants: readonly string[], { recommends = false } = {}): Promise<DnfAnswer> {
    const root = join(this.#folder, "root");
    const weak = `--setopt=install_weak_deps=${recommends ? "True" : "False"}`;
    const args = [...this.#options, `--installroot=${root}`, weak, "--assumeno", "install", ...wants];
    const { code, stdout, stderr } = await runCommand("dnf", args, { env: { LC_ALL: "C.UTF-8" } });
    // Behind that come better versions that something was in the way of.
    const [table = ""] = stdout.split(/^Skipping packages/m);
    const packages = Array.from(
      table.matchAll(/^ (\S+) +(x86_64|i686|noarch) +(\S+) +test +\S/gm),
      ([, name, architecture, version]) => `${name} ${version} ${architecture}`,
    );
    // Everything is new in an empty root, so where it chose something, its last words are that it was told not to do it.
    if (packages.length > 0 && stderr.includes("Operation aborted")) return { packages: packages.sort() };
    if (code === 1 && stderr.includes("Error:")) return { refused: stderr };
    throw new Error(
      `dnf ended with ${code}, and with words that are not understood here: ${stdout}${stderr}`,
    );
  }

  /** What is left of the repository without what a word of `excludepkgs` means: `name-epoch:version-release.arch`, sorted. */
  async without(word: string): Promise<readonly string[]> {
    const root = `--installroot=${join(this.#folder, "root")}`;
    const query = ["-q", `--setopt=test.excludepkgs=${word}`, "repoquery", "--showduplicates", "--nevra"];
    const args = [...this.#options, root, ...query];
    const { code, stdout, stderr } = await runCommand("dnf", args, { env: { LC_ALL: "C.UTF-8" } });
    if (code !== 0) throw new Error(`dnf ended with ${code}: ${stderr}`);
    return stdout.split("\n").filter(Boolean).sort();
  }
}
