import type { RuntimeConfig } from "../../model/image.ts";
import { sortedMap } from "../oci/json.ts";
import type { AciApp } from "./manifest.ts";

/** What an app and an image configuration both say, and by which members. */
const shared: readonly (readonly [readonly (keyof AciApp)[], readonly (keyof RuntimeConfig)[]])[] = [
  [["exec"], ["Entrypoint", "Cmd"]],
  [["user", "group"], ["User"]],
  [["environment"], ["Env"]],
  [["workingDirectory"], ["WorkingDir"]],
  [["mountPoints"], ["Volumes"]],
  [["ports"], ["ExposedPorts"]],
  [["userLabels"], ["Labels"]],
];

/**
 * An app for the configuration `now`, of which `fresh` is the plain translation: with everything that only `noted` can
 * say, and in its words where they still mean the same. `then` is the translation of `noted`.
 */
export function appAsNoted(fresh: AciApp, noted: AciApp, now: RuntimeConfig, then: RuntimeConfig): AciApp {
  const app: Record<string, unknown> = { ...noted };
  for (const [ours, theirs] of shared)
    if (!same(now, then, theirs)) for (const key of ours) app[key] = fresh[key];
  return app as unknown as AciApp;
}

/** The other way round: a configuration for the app `now`. */
export function configAsNoted(
  fresh: RuntimeConfig,
  noted: RuntimeConfig,
  now: AciApp,
  then: AciApp,
): RuntimeConfig {
  const config: Record<string, unknown> = { ...noted };
  for (const [theirs, ours] of shared)
    if (!same(now, then, theirs))
      for (const key of ours)
        if (fresh[key] === undefined) delete config[key];
        else config[key] = fresh[key];
  return config;
}

/** Whether two configurations say the same. */
export function saysTheSame(one: RuntimeConfig, other: RuntimeConfig): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return same(one, other, [...keys] as (keyof RuntimeConfig)[]);
}

function same<Value>(one: Value, other: Value, keys: readonly (keyof Value)[]): boolean {
  return keys.every((key) => JSON.stringify(plain(one[key])) === JSON.stringify(plain(other[key])));
}

/** Empty is absent, and the members of a map have no order. */
function plain(value: unknown): unknown {
  if (value === "" || (Array.isArray(value) && value.length === 0)) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return sortedMap(value as Record<string, unknown>);
}
