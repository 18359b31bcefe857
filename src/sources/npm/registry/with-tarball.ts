import type { Bytes } from "../../../bytes/bytes.ts";
import { addressOf, isWebAddress } from "./addresses.ts";
import type { NpmClient } from "./client.ts";
import { type Asked, isAbsent, isBrokenOff, registryFailure } from "./failure.ts";
import { checkIdentity } from "./identity.ts";
import { type Integrity, integrityText } from "./integrity.ts";
import { bytesOf } from "./stream-bytes.ts";

/** A package's tarball, as a lock or a tree names it. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  /** Relative to the registry's base, or a whole web address. */
  readonly location: string;
  readonly integrity?: Integrity | undefined;
  /** Bytes, when known. */
  readonly size?: number | undefined;
}

/** Times that a transfer is begun which breaks off on the way. npm itself repeats only what did not begin. */
const tries = 3;

/**
 * Reads a tarball as npm would: from npm's cache, else from the registry with npm's own configuration (logins,
 * proxies, certificates, repetitions), checked against its integrity, and kept in npm's cache.
 * @param take reads the bytes to their end; called once more with fresh ones when the first ones were bad
 * @throws UNSOUND_PACKAGE, BAD_URL, DOWNLOAD_FAILED, OFFLINE, INTEGRITY_MISMATCH, DISK_FULL, CANNOT_WRITE, what `take`
 * throws, the signal's reason
 */
export async function withTarball<Result>(
  tarball: Tarball,
  take: (bytes: Bytes) => Promise<Result>,
  client: NpmClient,
): Promise<Result> {
  const { name, version, location } = tarball;
  checkIdentity(tarball, client.options);
  const address = addressOf(location, name, client.options);
  const asked = { what: `${name} ${version}`, where: address, cache: String(client.options.cache) };
  const byAddress = { spec: `${name}@${address}`, asked, elsewhere: isWebAddress(location) };
  try {
    return await ask(byAddress, tarball, take, client);
  } catch (failure) {
    if (isWebAddress(location) || !isAbsent(failure)) throw failure;
    // The registry may keep its tarballs where only its own list of versions says.
    const byName = { spec: `${name}@${version}`, asked, elsewhere: true };
    return await ask(byName, tarball, take, client).catch((cause) => {
      throw isAbsent(cause) ? failure : cause;
    });
  }
}

interface Question {
  /** As `npm install` takes it. */
  readonly spec: string;
  readonly asked: Asked;
  /** Whether the address is not ours, so that npm's setting for addresses of the public registry applies. */
  readonly elsewhere: boolean;
}

async function ask<Result>(
  { spec, asked, elsewhere }: Question,
  { integrity, size }: Tarball,
  take: (bytes: Bytes) => Promise<Result>,
  { options, signal, progress }: NpmClient,
): Promise<Result> {
  const { default: pacote } = await import("pacote");
  for (let attempt = 1; ; attempt += 1) {
    const stop = new AbortController();
    try {
      return await pacote.tarball.stream(
        spec,
        (stream) => take(reported(bytesOf(stream), asked.what, size, progress)),
        {
          ...options,
          ...(integrity && { integrity: integrityText(integrity) }),
          ...(!elsewhere && { replaceRegistryHost: "never" }),
          // Whether a tree may have addresses that are no registry's is decided where it is made. But some addresses
          // are repositories to npm, which it would clone, and run scripts of.
          allowRemote: "all",
          allowGit: "none",
          memoize: false,
          signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
        },
      );
    } catch (cause) {
      stop.abort();
      signal?.throwIfAborted();
      if (attempt === tries || !isBrokenOff(cause)) throw registryFailure(cause, asked);
    }
  }
}

/** Bytes between two reports of progress. */
const step = 262_144;

async function* reported(
  source: Bytes,
  name: string,
  total: number | undefined,
  progress: NpmClient["progress"],
): Bytes {
  let done = 0;
  let told = 0;
  for await (const chunk of source) {
    // Not before: npm's cache is looked at first, and may turn out to be empty.
    if (done === 0) progress?.({ kind: "transfer", name, done, total });
    done += chunk.byteLength;
    if (done - told >= step) {
      told = done;
      progress?.({ kind: "transfer", name, done, total });
    }
    yield chunk;
  }
  if (told < done) progress?.({ kind: "transfer", name, done, total });
}
