import { TareError } from "../errors.ts";
import type { CopySource } from "./copy-source.ts";
import { type Location, locationText } from "./location.ts";
import { nameText } from "./names.ts";

function refuse(location: Location, why: string): never {
  throw new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
}

/** Several images cannot go just anywhere. @throws BAD_LOCATION */
export function refuseSeveral(sources: readonly Location[], destination: Location): void {
  if (!destination.transport.startsWith("docker-"))
    refuse(destination, "it takes one image at a time; several go to a docker-archive: or to docker-daemon:");
  if (destination.name !== undefined)
    refuse(destination, "of several images each keeps its own name: leave the name out");
  const streams = sources.filter(({ path }) => path === "-");
  if (streams[1] !== undefined) refuse(streams[1], "the standard input can be read once only");
}

/** Who reads the images again picks them by name. @throws BAD_LOCATION */
export function refuseSameNames(prepared: readonly CopySource[], destination: Location): void {
  const seen = new Map<string, string>();
  for (const { from, names } of prepared) {
    if (names.length === 0)
      refuse(
        destination,
        `${from} has no name that it could have there; \`tare copy ${from} docker-archive:FILE:NAME:TAG\` gives it one`,
      );
    for (const name of names.map(nameText)) {
      const other = seen.get(name);
      if (other !== undefined) refuse(destination, `${other} and ${from} are both called ${name}`);
      seen.set(name, from);
    }
  }
}
