import { isIP } from "node:net";
import type { Refuse } from "./refuse.ts";

/** `8080`, `8000-8010/udp`, and what docker takes along: `IP:HOST:PORT`, of which the port counts. As `80/tcp`. */
export function exposedPorts(text: string, refuse: Refuse): string[] {
  const bad = (why: string) => refuse(`EXPOSE cannot use ${JSON.stringify(text.slice(0, 60))}: ${why}`);
  const parts = text.split(":");
  const container = parts.at(-1) ?? "";
  const host = parts.at(-2) ?? "";
  const address = parts
    .slice(0, -2)
    .join(":")
    .replace(/^\[(.*)\]$/, "$1");
  if (address !== "" && isIP(address) === 0) bad("it begins with no IP address");
  const slash = container.indexOf("/");
  const protocol = (slash < 0 ? "" : container.slice(slash + 1)).toLowerCase() || "tcp";
  if (!["tcp", "udp", "sctp"].includes(protocol)) bad("the protocol must be tcp, udp or sctp");
  const range = portRange(slash < 0 ? container : container.slice(0, slash));
  if (range === undefined) return bad("a port is a number from 0 to 65535, or two with a - between them");
  const outside = host === "" ? undefined : portRange(host);
  if (host !== "" && outside === undefined) return bad("its host port is none");
  const [first, last] = range;
  if (outside !== undefined && last > first && outside[1] - outside[0] !== last - first)
    bad("the two ranges differ in length");
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
}

function portRange(text: string): [number, number] | undefined {
  const match = /^\+?([0-9]{1,9})(?:-\+?([0-9]{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= 65_535 ? [first, last] : undefined;
}
