import { TareError } from "../errors.ts";
import { isTag, parseReference } from "../model/reference.ts";

/** The transports, by the names that skopeo and podman users know. */
export const transports = ["oci", "oci-archive", "docker-archive", "tar", "dir"] as const;
type Transport = (typeof transports)[number];

/** Where an image is, or is to be. */
export interface Location {
  readonly transport: Transport;
  /** `-` is the standard output, for those that are one file. */
  readonly path: string;
  /** A tag for `oci` and `oci-archive`, a reference for `docker-archive`. */
  readonly name?: string;
}

const shapes: Readonly<Record<Transport, string>> = {
  oci: "oci:PATH[:TAG]",
  "oci-archive": "oci-archive:PATH[:TAG]",
  "docker-archive": "docker-archive:PATH[:NAME:TAG]",
  tar: "tar:PATH",
  dir: "dir:PATH",
};

/** @throws BAD_LOCATION */
export function parseLocation(text: string): Location {
  const refuse = (why: string): never => {
    throw new TareError({ code: "BAD_LOCATION", text, why });
  };
  const colon = text.indexOf(":");
  const transport = transports.find((name) => name === text.slice(0, Math.max(colon, 0)));
  if (transport === undefined)
    return refuse(`it begins with none of ${transports.map((name) => `${name}:`).join(", ")}`);
  const rest = text.slice(colon + 1);
  // A path with a colon in it is no location of an image with a name; skopeo splits here, too.
  const named = transport === "tar" || transport === "dir" ? -1 : rest.indexOf(":");
  const path = named < 0 ? rest : rest.slice(0, named);
  if (path === "" || path.includes("\0")) return refuse(`it names no path, as in ${shapes[transport]}`);
  if (path === "-" && !isOneFile(transport)) return refuse(`${transport}: is a folder, not a stream`);
  if (named < 0) return { transport, path };
  const name = rest.slice(named + 1);
  const known = transport === "docker-archive" ? parseReference(name) !== undefined : isTag(name);
  if (!known) return refuse(`${JSON.stringify(name)} is no name, as in ${shapes[transport]}`);
  return { transport, path, name };
}

function isOneFile(transport: Transport): boolean {
  return transport !== "oci" && transport !== "dir";
}

/** As a user would type it. */
export function locationText({ transport, path, name }: Location): string {
  return name === undefined ? `${transport}:${path}` : `${transport}:${path}:${name}`;
}
