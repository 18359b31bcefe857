import type { RuntimeConfig } from "../../model/image.ts";
import { applicationOf, type Recipe } from "./recipe.ts";

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * `config:` as the image configuration spells it. `user` is who the program runs as by number, once the accounts of
 * the image are known; the recipe's own `config.user` wins, and nothing at all means root. An application starts in
 * its own folder unless the recipe says otherwise.
 */
export function runtimeConfigOf(recipe: Recipe, user?: string): RuntimeConfig {
  const { config } = recipe;
  const { workdir = applicationOf(recipe)?.to } = config;
  const { entrypoint, cmd, volumes, expose, labels, stopSignal } = config;
  const env = Object.entries({ PATH: usualPath, ...config.env });
  const runsAs = config.user ?? user;
  return {
    Env: env.map(([name, value]) => `${name}=${value}`),
    ...(runsAs !== undefined && { User: runsAs }),
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(cmd && { Cmd: cmd }),
    WorkingDir: `/${workdir ?? ""}`,
    ...(expose && { ExposedPorts: setOf(expose.map((port) => (port.includes("/") ? port : `${port}/tcp`))) }),
    ...(volumes && { Volumes: setOf(volumes.map((path) => `/${path}`)) }),
    ...(labels && { Labels: sorted(labels) }),
    ...(stopSignal !== undefined && { StopSignal: stopSignal }),
    ...(config.healthcheck && { Healthcheck: healthcheckOf(config.healthcheck) }),
  };
}

function healthcheckOf({
  test,
  interval,
  timeout,
  startPeriod,
  retries,
}: NonNullable<Recipe["config"]["healthcheck"]>): NonNullable<RuntimeConfig["Healthcheck"]> {
  return {
    Test: typeof test === "string" ? ["CMD-SHELL", test] : ["CMD", ...test],
    ...(interval !== undefined && { Interval: interval }),
    ...(timeout !== undefined && { Timeout: timeout }),
    ...(startPeriod !== undefined && { StartPeriod: startPeriod }),
    ...(retries !== undefined && { Retries: retries }),
  };
}

function setOf(keys: readonly string[]): Record<string, Record<string, never>> {
  return Object.fromEntries([...new Set(keys)].sort().map((key) => [key, {}]));
}

function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
