import { TareError } from "../../../errors.ts";
import type { NpmOptions } from "./client.ts";

/** The default registry's name in a lock; a scope with a registry of its own is `npm/@scope`. */
const defaultRepository = "npm";

/** Which locked repository a registry's package belongs to. */
export function repositoryOf(name: string, options: NpmOptions): string {
  const scope = scopeOf(name);
  return scope !== undefined && ownRegistry(scope, options) !== undefined
    ? `${defaultRepository}/${scope}`
    : defaultRepository;
}

/** The base address of the registry that npm asks for a package; it ends in a slash. */
export function registryOf(name: string, options: NpmOptions): string {
  const scope = scopeOf(name);
  return (scope === undefined ? undefined : ownRegistry(scope, options)) ?? baseOf(String(options.registry));
}

/** Undefined for a scope that the default registry serves. */
function ownRegistry(scope: string, options: NpmOptions): string | undefined {
  const own = options[`${scope}:registry`];
  if (typeof own !== "string" || own === "") return undefined;
  return baseOf(own) === baseOf(String(options.registry)) ? undefined : baseOf(own);
}

function baseOf(registry: string): string {
  return registry.replace(/\/*$/, "/");
}

function scopeOf(name: string): string | undefined {
  return /^(@[^/]+)\//.exec(name)?.[1];
}

export function isWebAddress(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/**
 * Where a registry's tarball is, without the registry. Some keep tarballs elsewhere, and some locks do not say: then the
 * usual place stands in, and whoever finds nothing there asks the registry.
 * @param tarball its whole address, when known
 */
export function locationOf(
  tarball: string | undefined,
  name: string,
  version: string,
  options: NpmOptions,
): string {
  const base = registryOf(name, options);
  const path = tarball?.startsWith(base) ? tarball.slice(base.length) : usualPath(tarball ?? "", name);
  return path !== undefined && isPlain(path) && isBelow(path, base)
    ? path
    : `${name}/-/${name.slice(name.indexOf("/") + 1)}-${version}.tgz`;
}

/** What registries have in common, whatever stands before it: `debug/-/debug-4.3.4.tgz`. */
function usualPath(tarball: string, name: string): string | undefined {
  const at = tarball.indexOf(`/${name}/-/`);
  return at < 0 ? undefined : tarball.slice(at + 1);
}

/** As a lock has it: letters that mean themselves in an address, no empty or dotted segment. */
function isPlain(path: string): boolean {
  return path.split("/").every((segment) => /^(?!\.{1,2}$)[\w@%.~+-]{1,255}$/.test(segment));
}

function isBelow(path: string, base: string): boolean {
  return URL.canParse(path, base) && new URL(path, base).href.startsWith(base);
}

/** The whole address of a locked tarball. @throws BAD_URL when it would leave the registry */
export function addressOf(location: string, name: string, options: NpmOptions): string {
  if (isWebAddress(location)) return location;
  const base = registryOf(name, options);
  if (!isBelow(location, base))
    throw new TareError({ code: "BAD_URL", text: location, why: "it does not lie below its registry" });
  return new URL(location, base).href;
}
