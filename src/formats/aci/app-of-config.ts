import { byText } from "../../bytes/text.ts";
import type { RuntimeConfig } from "../../model/image.ts";
import { highestPort, isVariableName } from "./decode-app.ts";
import type { AciApp, MountPoint, NamedValue, Port } from "./manifest.ts";
import { acNameFrom } from "./names.ts";

/**
 * What an image configuration says, as far as an app can say it, named as docker2aci names it: `volume-var-lib` and
 * `6379-tcp`. `group` is whose member the user is where the configuration leaves that open. Left out are variables whose
 * names the specification does not take, and ports that are no numbers.
 */
export function appOfConfig(config: RuntimeConfig, group: string): AciApp {
  const [user = "", ownGroup] = (config.User ?? "").split(":");
  const { WorkingDir = "", Labels = {} } = config;
  return {
    exec: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
    eventHandlers: [],
    user: user === "" ? "0" : user,
    group: ownGroup || group,
    supplementaryGIDs: [],
    workingDirectory: WorkingDir === "" || WorkingDir.startsWith("/") ? WorkingDir : `/${WorkingDir}`,
    environment: environmentOf(config.Env ?? []),
    mountPoints: mountPointsOf(Object.keys(config.Volumes ?? {})),
    ports: Object.keys(config.ExposedPorts ?? {})
      .flatMap(portOf)
      .sort((a, b) => byText(a.name, b.name)),
    isolators: [],
    userAnnotations: {},
    userLabels: Labels,
  };
}

/** The last of a name counts, in the place of its first. */
function environmentOf(lines: readonly string[]): readonly NamedValue[] {
  const values = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf("=");
    if (equals > 0 && isVariableName(line.slice(0, equals)))
      values.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

function mountPointsOf(paths: readonly string[]): readonly MountPoint[] {
  const taken = new Set<string>();
  const points = [...paths].sort(byText).map((path) => {
    const plain = acNameFrom(`volume-${path}`) ?? "volume";
    let name = plain;
    for (let count = 1; taken.has(name); count += 1) name = `${plain}-${count}`;
    taken.add(name);
    return { name, path, readOnly: false };
  });
  return points.filter(({ path }) => path !== "");
}

const portShape = /^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:\/([A-Za-z0-9]+))?$/;

/** `80`, `53/udp`, `8000-8010/tcp`. */
function portOf(text: string): readonly Port[] {
  const [, first, last = first, protocol = "tcp"] = portShape.exec(text) ?? [];
  const port = Number(first);
  const count = Number(last) - port + 1;
  const name = acNameFrom(text);
  if (name === undefined || !(port >= 1 && count >= 1 && Number(last) <= highestPort)) return [];
  return [{ name, protocol, port, count, socketActivated: false }];
}
