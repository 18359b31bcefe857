import { locationOf, registryOf } from "./addresses.ts";
import type { NpmClient } from "./client.ts";
import { registryFailure } from "./failure.ts";

/** A version of a package as its registry has it. */
export interface Published {
  readonly name: string;
  readonly version: string;
  /** Relative to the registry's base. */
  readonly location: string;
  /** What the registry says of its bytes; its shasum as `sha1-…` where it says no more. */
  readonly integrity: string | undefined;
}

/** What a registry has instead of what was asked for. */
export interface Unpublished {
  /** Of that package, in no order; undefined when there is no such package. */
  readonly versions: readonly string[] | undefined;
}

export function isPublished(answer: Published | Unpublished): answer is Published {
  return "version" in answer;
}

/**
 * The newest version in a range, by npm's own rules: deprecated ones last, none younger than `before`.
 * @param range as package.json has them
 * @throws DOWNLOAD_FAILED, OFFLINE
 */
export async function newestPublished(
  name: string,
  range: string,
  client: NpmClient,
): Promise<Published | Unpublished> {
  const { options, signal } = client;
  try {
    const { default: pacote } = await import("pacote");
    // npm prefers what is tagged `latest` to what is newer: a tag that nobody has leaves only the newest.
    const rules = { ...options, defaultTag: "tare-takes-the-newest", ...(signal && { signal }) };
    const manifest = await pacote.manifest(`${name}@${range}`, rules);
    const { version, _resolved, _integrity } = manifest;
    return {
      name,
      version,
      location: locationOf(_resolved, name, version, options),
      integrity: _integrity,
    };
  } catch (cause) {
    signal?.throwIfAborted();
    const { code, statusCode, versions } = Object(cause) as Record<string, unknown>;
    if (statusCode === 404) return { versions: undefined };
    if (code === "ETARGET" && Array.isArray(versions)) return { versions: versions.map(String) };
    const where = registryOf(name, options);
    throw registryFailure(cause, { what: `The versions of ${name}`, where, cache: String(options.cache) });
  }
}
