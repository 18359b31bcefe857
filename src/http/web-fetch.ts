import { Readable } from "node:stream";
import type { SecureContext } from "node:tls";
import type { Dispatcher } from "undici";
import { TareError } from "../errors.ts";
import type { HostFiles } from "../model/host-files.ts";
import type { Fetch } from "../model/seams.ts";
import { version } from "../version.ts";
import { certificateAuthorities, type Environment } from "./certificates.ts";
import { fileFetch } from "./file-fetch.ts";
import { followRedirects } from "./redirects.ts";
import { shownUrl } from "./url.ts";

export interface WebFetchOptions {
  /**
   * Read here: `http_proxy`, `https_proxy`, `no_proxy` (lower case wins over upper case), and the variables that
   * {@link certificateAuthorities} names.
   */
  readonly environment: Environment;
  readonly host: HostFiles;
  /** Milliseconds until a connection stands. Default 10,000. */
  readonly connectTimeout?: number;
  /** Milliseconds without a single byte from the other side. Default 30,000. */
  readonly idleTimeout?: number;
}

/**
 * The web and local files behind one `Fetch`. Bodies arrive exactly as they were sent: nothing is decompressed, and
 * nothing asks for compression, since digests are of bytes as they lie on the server.
 * Redirects are followed (at most 10, never from https to http, credentials never to another host) unless the
 * request says `redirect: "manual"`; a request with a body is never repeated elsewhere.
 * @throws HTTP_FAILED when no answer comes, and whatever the request's signal is aborted with
 */
export function webFetch(options: WebFetchOptions): Fetch {
  const { connectTimeout = 10_000, idleTimeout = 30_000 } = options;
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  const dispatcherFor = (protocol: string): Promise<Dispatcher> => {
    let dispatcher = dispatchers.get(protocol);
    if (!dispatcher) {
      dispatcher = makeDispatcher(protocol, options, connectTimeout, idleTimeout);
      dispatchers.set(protocol, dispatcher);
    }
    return dispatcher;
  };

  const failure = (request: Request, error: unknown) =>
    failureOf(request, error, connectTimeout, idleTimeout, options.environment);

  const web: Fetch = async (request) => {
    const url = new URL(request.url);
    const headers = Object.fromEntries(request.headers);
    headers["user-agent"] ??= `tare/${version}`;
    request.signal.throwIfAborted();
    try {
      const dispatcher = await dispatcherFor(url.protocol);
      const answer = await dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method as Dispatcher.HttpMethod,
        headers,
        body: request.body ? Readable.fromWeb(request.body as never) : null,
        signal: request.signal,
      });
      return responseOf(request, answer);
    } catch (error) {
      throw failure(request, error);
    }
  };

  const files = fileFetch();
  const followed = followRedirects(web);
  return (request) => (request.url.startsWith("file:") ? files(request) : followed(request));

  function responseOf(request: Request, answer: Dispatcher.ResponseData): Response {
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers))
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) headers.append(name, one);
    const bodyless =
      request.method === "HEAD" ||
      [101, 204, 205, 304].includes(answer.statusCode) ||
      answer.statusCode < 200;
    if (bodyless) answer.body.resume();
    // The stream's reader gets the error; a reader that has left shall not bring the program down.
    answer.body.on("error", () => {});
    let iterator: AsyncIterator<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            iterator ??= answer.body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
            const next = await iterator.next();
            if (next.done) controller.close();
            else controller.enqueue(next.value);
          } catch (error) {
            controller.error(failure(request, error));
          }
        },
        cancel() {
          // A short answer that nobody wants (a redirect, a 404) is read off, and its connection used again.
          if (iterator) answer.body.destroy();
          else answer.body.dump({ limit: 65_536 }).catch(() => {});
        },
      },
      { highWaterMark: 0 },
    );
    const response = new Response(bodyless ? null : body, { status: answer.statusCode, headers });
    Object.defineProperty(response, "url", { value: request.url });
    return response;
  }
}

async function makeDispatcher(
  protocol: string,
  { environment, host }: WebFetchOptions,
  connectTimeout: number,
  idleTimeout: number,
): Promise<Dispatcher> {
  // A CommonJS module: a bundle gives it a default export only, Node gives it names as well.
  const { EnvHttpProxyAgent } = (await import("undici")).default;
  const secured = protocol === "https:" ? await secureContext(environment, host) : undefined;
  const tls = { timeout: connectTimeout, ...(secured ? { secureContext: secured } : {}) };
  return new EnvHttpProxyAgent({
    httpProxy: proxyOf(environment, "http_proxy"),
    httpsProxy: proxyOf(environment, "https_proxy"),
    noProxy: proxyOf(environment, "no_proxy"),
    // A plain-http request is handed to the proxy as it is: many proxies open tunnels to port 443 only.
    proxyTunnel: false,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    connectTimeout,
    headersTimeout: idleTimeout,
    bodyTimeout: idleTimeout,
    connections: 16,
  });
}

/** The empty string, not undefined, where there is none: undici would look into its own environment. */
function proxyOf(environment: Environment, name: string): string {
  return environment[name] ?? environment[name.toUpperCase()] ?? "";
}

async function secureContext(environment: Environment, host: HostFiles): Promise<SecureContext | undefined> {
  const ca = await certificateAuthorities(environment, host);
  if (!ca) return undefined;
  const { createSecureContext } = await import("node:tls");
  return createSecureContext({ ca: [...ca] });
}

function failureOf(
  request: Request,
  error: unknown,
  connectTimeout: number,
  idleTimeout: number,
  environment: Environment,
): unknown {
  if (request.signal.aborted) return request.signal.reason;
  if (error instanceof TareError) return error;
  const where = shownUrl(request.url);
  const code = codeOf(error);
  const known = reasonOf(code, connectTimeout, idleTimeout);
  const text = error instanceof Error ? error.message : String(error);
  const plain = known ?? (code === "" ? text : `${text} (${code})`);
  const why = lasting.has(code) ? plain + proxyNote(request.url, environment) : plain;
  const again = !lasting.has(code) && !isAboutTrust(code);
  return new TareError({ code: "HTTP_FAILED", where, why, again }, { cause: error });
}

/** Whether it was the proxy that could not be reached, nobody tells: that there is one is worth knowing. */
function proxyNote(url: string, environment: Environment): string {
  const variable = url.startsWith("https:") ? "https_proxy" : "http_proxy";
  const proxy = proxyOf(environment, variable);
  return proxy === "" ? "" : ` (${variable} is ${shownUrl(proxy)})`;
}

/** Asking the same server again right away would not help. */
const lasting = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function isAboutTrust(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
}

function reasonOf(code: string, connectTimeout: number, idleTimeout: number): string | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused";
    case "ENOTFOUND":
      return "no such host is known";
    case "EAI_AGAIN":
      return "the name server does not answer";
    case "UND_ERR_CONNECT_TIMEOUT":
      return `no connection within ${connectTimeout / 1000} s`;
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return `nothing came for ${idleTimeout / 1000} s`;
    case "UND_ERR_SOCKET":
    case "ECONNRESET":
    case "EPIPE":
      return "the connection was cut";
    default:
      return isAboutTrust(code)
        ? `its certificate is not trusted (${code}); SSL_CERT_FILE can name one more certificate authority`
        : undefined;
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "cause" in error ? codeOf(error.cause) : "";
}
