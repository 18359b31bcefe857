import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own cache (XDG Base Directory Specification); relative values are ignored, as it says. */
export function cacheFolder(environment: Environment): string {
  const named = environment.XDG_CACHE_HOME;
  const base = named?.startsWith("/") ? named : join(environment.HOME || homedir(), ".cache");
  return join(base, "tare");
}

/** Where packages, members and memory are kept unless `--store` says otherwise. */
export function storeFolder(environment: Environment): string {
  return environment.TARE_STORE || join(cacheFolder(environment), "store");
}
