import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DebianRepository, debianRepository, type RepositoryData } from "./debian-repository.ts";
import { type FileServer, type Handle, serveFiles } from "./serve.ts";
import { type Ran, runTare } from "./tare.ts";
import { withFolder } from "./temporary.ts";

/**
 * A recipe's fields beside the usual ones; `packages` is merged into its one group of packages of Debian, or takes that
 * away, and `npm` is a second item beside it.
 */
export interface RecipeData {
  readonly packages?: Readonly<Record<string, unknown>> | false;
  readonly npm?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface WorkplaceData extends RepositoryData {
  /** May answer a mirror's requests before its files do: one for each mirror; the first alone unless told. */
  readonly mirrors?: readonly (Handle | undefined)[];
  readonly recipe?: RecipeData;
  /** What the recipe's keyring file holds; default the repository's own keys. */
  readonly keyring?: Uint8Array;
}

/** A folder with a recipe and a keyring, and a signed repository on mirrors of the loopback interface. */
export interface Workplace {
  readonly folder: string;
  readonly store: string;
  readonly repository: DebianRepository;
  readonly mirrors: readonly FileServer[];
  /** Writes another recipe, over the first one or into a file of its own. */
  write(recipe: RecipeData, file?: string): Promise<void>;
  /** Runs a command line in this process. */
  tare(line: string, environment?: Readonly<Record<string, string>>): Promise<Ran>;
  /** What should have gone away: temporary files beside results or in the store, and leases. */
  leftovers(): string[];
  /** Everything below a folder. */
  below(folder: string): string[];
  /** How many files a room of the store holds now. */
  inStore(room: "blobs" | "tmp"): number;
  /** Starts a command line as a process of its own. */
  start(line: string, options?: StartOptions): TareProcess;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Another current folder than the workplace's. */
  readonly folder?: string;
  /** A program and its first arguments before node's: `["unshare", "--uts"]`. */
  readonly under?: readonly string[];
}

export interface Ended {
  /** Of the process; -1 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TareProcess {
  readonly ended: Promise<Ended>;
  /** What it said until now. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
}

const main = join(import.meta.dirname, "../../src/cli/main.js");

/** What would let the host's own set-up change a result; an empty variable counts as none. */
const unset = Object.fromEntries(
  [
    "http_proxy",
    "https_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "CI",
    "SOURCE_DATE_EPOCH",
    "TARE_CAS_MIRRORS",
  ].map((name) => [name, ""]),
);

export async function withWorkplace<Value>(
  data: WorkplaceData,
  use: (place: Workplace) => Promise<Value>,
): Promise<Value> {
  const repository = await debianRepository(data);
  const handles = data.mirrors ?? [undefined];
  const mirrors = await Promise.all(handles.map((handle) => serveFiles(repository.files, handle)));
  try {
    return await withFolder(async (folder) => {
      const store = join(folder, ".store");
      const environment = { ...unset, TARE_STORE: store };
      const write = async (recipe: RecipeData, file = join(folder, "tare.yaml")) => {
        const { packages, npm, ...rest } = recipe;
        const group = {
          from: "debian",
          suite: [repository.suite],
          updates: false,
          security: false,
          mirror: mirrors.map(({ url }) => url),
          keyring: "keys.gpg",
          ...(packages || {}),
        };
        // JSON is YAML.
        const whole = {
          name: "demo",
          platforms: ["linux/amd64"],
          packages: [...(packages === false ? [] : [group]), ...(npm ? [{ from: "npm", ...npm }] : [])],
          to: ["oci:image"],
          ...rest,
        };
        await writeFile(file, JSON.stringify(whole, undefined, 2));
      };
      await writeFile(join(folder, "keys.gpg"), data.keyring ?? repository.keyring);
      await write(data.recipe ?? {});
      return use({
        folder,
        store,
        repository,
        mirrors,
        write,
        tare: (line, more) => runTare(line.split(" "), { folder, environment: { ...environment, ...more } }),
        leftovers: () => {
          const all = list(folder);
          return all.filter((path) => /\.tmp$|\.part$|^\.store\/(?:tmp|leases)\/./.test(path)).sort();
        },
        below: list,
        inStore: (room) => list(join(store, room)).length,
        start: (line, options) => start(line.split(" "), folder, environment, options),
      });
    });
  } finally {
    await Promise.all(mirrors.map((mirror) => mirror.close()));
  }
}

/** Everything below a folder, links to nowhere included; things may come and go meanwhile. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
}

function start(
  argv: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
  options: StartOptions = {},
): TareProcess {
  const [program = process.execPath, ...first] = [...(options.under ?? []), process.execPath, main, ...argv];
  const child = spawn(program, first, {
    cwd: options.folder ?? folder,
    // Compiled code is shared, so that many processes start fast.
    env: {
      ...process.env,
      XDG_CACHE_HOME: join(tmpdir(), "tare-test-cache"),
      ...environment,
      ...options.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
  return {
    ended,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
  };
}
