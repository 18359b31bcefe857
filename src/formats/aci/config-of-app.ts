import { TareError } from "../../errors.ts";
import type { RuntimeConfig } from "../../model/image.ts";
import type { AciApp, Port } from "./manifest.ts";

/** Who owns the files that an app names instead of a user, by the paths that it names. */
export type Owners = ReadonlyMap<string, { readonly uid: number; readonly gid: number }>;

/**
 * What an app says, as far as an image configuration can say it. `exec` is the entrypoint: runtimes of both kinds append
 * to it what a user types.
 * @throws BAD_ARCHIVE when it has more ports than there are numbers for
 */
export function configOfApp(app: AciApp, owners: Owners): RuntimeConfig {
  const { exec, environment, mountPoints, ports, userLabels, workingDirectory } = app;
  const user = userOf(app, owners);
  return {
    ...(user !== undefined && { User: user }),
    ...(ports.length > 0 && { ExposedPorts: exposedPorts(ports) }),
    ...(environment.length > 0 && { Env: environment.map(({ name, value }) => `${name}=${value}`) }),
    ...(exec.length > 0 && { Entrypoint: exec }),
    ...(mountPoints.length > 0 && { Volumes: Object.fromEntries(mountPoints.map(({ path }) => [path, {}])) }),
    ...(workingDirectory !== "" && { WorkingDir: workingDirectory }),
    ...(Object.keys(userLabels).length > 0 && { Labels: userLabels }),
  };
}

/** Root is what runtimes take when nothing is said. */
function userOf({ user, group }: AciApp, owners: Owners): string | undefined {
  const uid = owners.get(user)?.uid ?? user;
  const gid = owners.get(group)?.gid ?? group;
  return `${uid}:${gid}` === "0:0" ? undefined : `${uid}:${gid}`;
}

const portLimit = 2 * 65_536;

function exposedPorts(ports: readonly Port[]): Record<string, Record<string, never>> {
  if (ports.reduce((sum, { count }) => sum + count, 0) > portLimit)
    throw new TareError({
      code: "BAD_ARCHIVE",
      format: "ACI manifest",
      where: "app.ports",
      why: `they are more than ${portLimit}`,
    });
  const all = ports.flatMap(({ protocol, port, count }) =>
    Array.from({ length: count }, (_, at) => `${port + at}/${protocol}`),
  );
  return Object.fromEntries(all.map((text) => [text, {}]));
}
