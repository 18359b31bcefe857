import { buffer } from "node:stream/consumers";
import type { Endpoint } from "../../src/http/socket-fetch.ts";
import type { Fetch } from "../../src/model/seams.ts";

/** A docker daemon that lives in memory: it keeps archives as they come and gives them back. */
export interface MemoryDaemon {
  readonly connect: (endpoint: Endpoint) => Fetch;
  /** Archives by the name under which one may be asked for. */
  readonly images: Map<string, Buffer>;
  /** What was asked: `POST /v1.41/images/load?quiet=0`. */
  readonly asked: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly loaded: readonly Buffer[];
}

export interface DaemonData {
  /** `null`: it does not say. */
  readonly apiVersion?: string | null;
  /** Answers a load in its place. */
  readonly load?: (archive: Buffer) => Response;
}

export function memoryDaemon({ apiVersion = "1.41", load }: DaemonData = {}): MemoryDaemon {
  const images = new Map<string, Buffer>();
  const asked: string[] = [];
  const endpoints: Endpoint[] = [];
  const loaded: Buffer[] = [];
  const said = (status: number, value: object) => new Response(JSON.stringify(value), { status });

  const answer: Fetch = async (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    asked.push(`${request.method} ${pathname}${search}`);
    if (pathname === "/_ping")
      return new Response("OK", { headers: apiVersion === null ? {} : { "api-version": apiVersion } });
    if (pathname.endsWith("/images/load")) {
      const archive = await buffer(request.body as never);
      loaded.push(archive);
      return load?.(archive) ?? said(200, { stream: "Loaded image: x\n" });
    }
    if (pathname.endsWith("/images/json")) return said(200, [{ RepoTags: [...images.keys()] }]);
    const name = searchParams.get("names") ?? pathname.replace(/^.*\/images\/|\/json$/g, "");
    const archive = images.get(name);
    if (archive === undefined) return said(404, { message: `No such image: ${name}` });
    return pathname.endsWith("/json") ? said(200, { Id: "x" }) : new Response(Uint8Array.from(archive));
  };
  return {
    images,
    asked,
    endpoints,
    loaded,
    connect: (endpoint) => {
      endpoints.push(endpoint);
      return answer;
    },
  };
}
