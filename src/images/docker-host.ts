import { TareError } from "../errors.ts";
import { type Endpoint, socketFetch } from "../http/socket-fetch.ts";
import type { Fetch } from "../model/seams.ts";

/** The way to a docker daemon. */
export interface DockerHost {
  /** As DOCKER_HOST spells it. */
  readonly where: string;
  readonly fetch: Fetch;
}

/** What leads to a daemon: the environment that names it, and whoever connects (default: a real socket). */
export interface DockerSeams {
  /** DOCKER_HOST and DOCKER_TLS_VERIFY are read here. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly connect?: (endpoint: Endpoint) => Fetch;
}

const usual = "unix:///var/run/docker.sock";

/**
 * The daemon that docker's own program would speak to, contexts aside. Nothing is asked yet.
 * @throws BAD_ENVIRONMENT for an address that is neither a unix socket nor a plain port
 */
export function dockerHost({ environment = {}, connect = socketFetch }: DockerSeams): DockerHost {
  const where = environment.DOCKER_HOST || usual;
  return { where, fetch: connect(endpointOf(where, Boolean(environment.DOCKER_TLS_VERIFY))) };
}

function endpointOf(where: string, tls: boolean): Endpoint {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(where)?.[1];
  if (socketPath !== undefined) return { socketPath };
  const other = "`docker save NAME | tare copy docker-archive:- DST` works with any daemon";
  const refuse = (variable: string, why: string) => new TareError({ code: "BAD_ENVIRONMENT", variable, why });
  const url = URL.parse(where.replace(/^tcp:/, "http:"));
  if (url === null || url.protocol !== "http:" || url.hostname === "" || !/^\/?$/.test(url.pathname))
    throw refuse("DOCKER_HOST", `${where} is neither unix:///PATH nor tcp://HOST:PORT; ${other}`);
  if (tls) throw refuse("DOCKER_TLS_VERIFY", `tare speaks to a daemon without TLS only; ${other}`);
  // `http:` leaves its own port out, whoever named it.
  const port = Number(url.port || (/:80\/?$/.test(where) ? 80 : 2375));
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port };
}
