import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NpmKey } from "./npm-key.ts";
import { type BuiltNpmPackage, buildNpmPackage, type NpmPackageData } from "./npm-package.ts";

/** An npm registry, written as data. */
export interface NpmRegistryData {
  readonly packages: readonly NpmPackageData[];
  /** Signs every package with the first, and serves all of them. Default none: `/-/npm/v1/keys` is not there. */
  readonly keys?: readonly NpmKey[];
  /** Asks for `Authorization: Bearer TOKEN`. */
  readonly token?: string;
  /** Below which folder it lies: `/npm/`. Default `/`. */
  readonly below?: string;
}

/** How a path is answered wrongly: a status, other bytes of the same length, half of the body, or half and then silence. */
export type NpmFault = number | "wrong" | "cut" | "hang";

/** A registry on the loopback interface. */
export interface NpmRegistry {
  /** `http://127.0.0.1:PORT/`, with its slash. */
  readonly url: string;
  /** Paths that were asked for, below the registry's base, in order. */
  readonly asked: string[];
  /** By `NAME@VERSION`. */
  readonly packages: ReadonlyMap<string, BuiltNpmPackage>;
  /** The path (`debug`, `@scope/debug`, `debug/-/debug-1.0.0.tgz`) is answered so, for ever or so many times. */
  fail(path: string, fault: NpmFault, times?: number): void;
  /** From now on the path has this body. */
  answer(path: string, body: string): void;
  /** The newest of a name is its `latest`: the one that was given last. */
  publish(data: NpmPackageData): Promise<BuiltNpmPackage>;
  close(): Promise<void>;
}

/** Serves packages as the registry's API does: full and abbreviated packuments, tarballs, keys. */
export async function npmRegistry(data: NpmRegistryData): Promise<NpmRegistry> {
  const { keys = [], token, below = "/" } = data;
  const packages = new Map<string, BuiltNpmPackage>();
  const asked: string[] = [];
  const faults = new Map<string, { fault: NpmFault; times: number }>();
  const answers = new Map<string, string>();
  let base = "";
  const publish = async (one: NpmPackageData) => {
    const built = await buildNpmPackage(one);
    packages.set(`${built.name}@${built.version}`, built);
    return built;
  };
  for (const one of data.packages) await publish(one);

  const bodyFor = (path: string, accept: string): Uint8Array | undefined => {
    if (path === "-/npm/v1/keys" && keys.length > 0) return json({ keys: keys.map(served) });
    if (path.includes("/-/")) return [...packages.values()].find(({ location }) => location === path)?.bytes;
    const versions = [...packages.values()].filter(({ name }) => name === path);
    if (versions.length === 0) return undefined;
    const short = accept.includes("application/vnd.npm.install-v1+json");
    return json(packument(versions, base, keys[0], short));
  };

  const takeFault = (path: string): NpmFault | undefined => {
    const found = faults.get(path);
    if (found === undefined || found.times === 0) return undefined;
    found.times -= 1;
    return found.fault;
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = decodeURIComponent((request.url ?? "").replace(/\?.*/, ""));
    const path = url.startsWith(below) ? url.slice(below.length) : "";
    asked.push(path);
    const fault = takeFault(path);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return sendError(response, 401);
    if (typeof fault === "number") return sendError(response, fault);
    const own = answers.get(path);
    const body = own === undefined ? bodyFor(path, request.headers.accept ?? "") : Buffer.from(own);
    if (body === undefined) return sendError(response, 404);
    response.writeHead(200, {
      "content-type": path.includes("/-/") ? "application/octet-stream" : "application/json",
      "content-length": body.byteLength,
    });
    if (fault === "hang") response.write(body.subarray(0, body.byteLength >> 1));
    else if (fault === "cut")
      response.write(body.subarray(0, body.byteLength >> 1), () => response.socket?.destroy());
    else response.end(fault === "wrong" ? body.map((byte) => byte ^ 1) : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`;
  return {
    url: base,
    asked,
    packages,
    fail: (path, fault, times = Number.POSITIVE_INFINITY) => void faults.set(path, { fault, times }),
    answer: (path, body) => void answers.set(path, body),
    publish,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function sendError(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: `the test answers ${status}` }));
}

function served({ keyid, key, expires }: NpmKey) {
  return { expires, keyid, keytype: "ecdsa-sha2-nistp256", scheme: "ecdsa-sha2-nistp256", key };
}

/** What the abbreviated form leaves in (docs of the registry's API, `package-metadata.md`). */
const shortFields = new Set([
  "name",
  "version",
  "dependencies",
  "optionalDependencies",
  "devDependencies",
  "bundleDependencies",
  "peerDependencies",
  "peerDependenciesMeta",
  "bin",
  "directories",
  "engines",
  "os",
  "cpu",
  "libc",
  "deprecated",
]);

function packument(
  versions: readonly BuiltNpmPackage[],
  base: string,
  key: NpmKey | undefined,
  short: boolean,
) {
  const latest = versions.at(-1) as BuiltNpmPackage;
  const published = ({ data }: BuiltNpmPackage) => data.published ?? "2024-01-01T00:00:00.000Z";
  const times = Object.fromEntries(versions.map((one) => [one.version, published(one)]));
  return {
    name: latest.name,
    "dist-tags": { latest: latest.version },
    versions: Object.fromEntries(versions.map((one) => [one.version, listed(one, base, key, short)])),
    modified: published(latest),
    ...(short ? {} : { _id: latest.name, time: { created: published(latest), ...times } }),
  };
}

function listed(built: BuiltNpmPackage, base: string, key: NpmKey | undefined, short: boolean) {
  const { manifest, data, name, version } = built;
  const fields = Object.entries(manifest).filter(([field]) => !short || shortFields.has(field));
  const scripts = data.scripts ?? {};
  const installs = ["preinstall", "install", "postinstall"].some((script) => Object.hasOwn(scripts, script));
  return {
    ...Object.fromEntries(fields),
    ...(short ? {} : { _id: `${name}@${version}` }),
    ...(installs ? { hasInstallScript: true } : {}),
    dist: distOf(built, base, key),
  };
}

function distOf(
  { data, name, version, location, integrity, shasum }: BuiltNpmPackage,
  base: string,
  key?: NpmKey,
) {
  const { integrity: said = "sha512", signed = true } = data;
  const text = `${name}@${version}:${integrity}${signed === "wrong" ? "x" : ""}`;
  return {
    tarball: data.tarball ?? base + location,
    ...(said === "none" ? {} : { shasum }),
    ...(said === "sha512" ? { integrity } : {}),
    ...(key && signed ? { signatures: [{ keyid: key.keyid, sig: key.sign(text) }] } : {}),
  };
}
