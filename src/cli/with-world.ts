import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { hostPrograms } from "../build/run-program.ts";
import { thisHost } from "../build/this-host.ts";
import type { World } from "../build/world.ts";
import { TareError } from "../errors.ts";
import type { Fetch } from "../model/seams.ts";
import { storeFolder } from "./folders.ts";
import type { Io } from "./io.ts";

export interface WorldOptions {
  readonly store: string | undefined;
  readonly offline: boolean;
  readonly threads?: string | undefined;
}

/** Opens what the work needs, and says for as long as `use` runs that the store is in use. */
export async function withWorld<Result>(
  io: Io,
  options: WorldOptions,
  use: (world: World) => Promise<Result>,
): Promise<Result> {
  const threads = threadsOf(options.threads);
  const folder =
    options.store === undefined ? storeFolder(io.environment) : resolve(io.folder, options.store);
  const store = await io.engine.openStore(folder);
  const release = await io.engine.leaseStore(folder);
  try {
    return await use({
      store,
      fetch: options.offline ? noFetch : lazyFetch(io),
      offline: options.offline,
      environment: io.environment,
      ...thisHost,
      ...hostPrograms(io.environment),
      now: () => new Date(),
      threads,
      progress: io.progress,
      signal: io.signal,
    });
  } finally {
    await release();
  }
}

const noFetch: Fetch = async (request) => {
  throw new TareError({ code: "OFFLINE", what: request.url });
};

/** A build that finds everything in the store never loads an HTTP client. */
function lazyFetch(io: Io): Fetch {
  let loaded: Promise<Fetch> | undefined;
  return async (request) => {
    loaded ??= io.engine.webFetch(io.environment);
    return (await loaded)(request);
  };
}

function threadsOf(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (/^[1-9][0-9]{0,2}$/.test(text)) return Number(text);
  throw new TareError({
    code: "BAD_USAGE",
    why: `--threads needs a number from 1, not ${JSON.stringify(text)}`,
    help: "tare build --help",
  });
}
