import { TareError } from "../errors.ts";
import type { Fetch } from "../model/seams.ts";
import { parseUrl, shownUrl } from "./url.ts";

const limit = 10;
const secrets = ["authorization", "cookie", "proxy-authorization"];

/**
 * Follows redirects (RFC 9110, 15.4) of GET and HEAD: at most 10, never from https to http or to a file. What
 * proves who we are is sent to the first origin only. A request with `redirect: "manual"`, and any other method,
 * gets the redirecting answer itself. @throws HTTP_FAILED
 */
export function followRedirects(fetch: Fetch): Fetch {
  return async (first) => {
    let request = first;
    for (let hops = 0; ; hops += 1) {
      const response = await fetch(request);
      const location = response.headers.get("location");
      const redirects = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
      if (!redirects || first.redirect === "manual" || !["GET", "HEAD"].includes(first.method))
        return response;
      await response.body?.cancel();
      if (hops === limit) throw failed(first, `it was sent on more than ${limit} times`);
      request = onward(request, location, first);
    }
  };
}

function onward(from: Request, location: string, first: Request): Request {
  let to: URL;
  try {
    to = parseUrl(new URL(location, from.url).href);
  } catch (cause) {
    throw failed(first, "it was sent on to an address that cannot be read", cause);
  }
  const here = new URL(from.url);
  if (to.protocol === "file:") throw failed(first, "it was sent on to a local file, which is refused");
  if (here.protocol === "https:" && to.protocol !== "https:")
    throw failed(first, `it was sent on from https to ${shownUrl(to.href)}, which is refused`);
  const headers = new Headers(from.headers);
  if (to.origin !== here.origin) for (const name of secrets) headers.delete(name);
  to.username = "";
  to.password = "";
  return new Request(to, { method: from.method, headers, signal: from.signal });
}

function failed(request: Request, why: string, cause?: unknown): TareError {
  return new TareError({ code: "HTTP_FAILED", where: shownUrl(request.url), why, again: false }, { cause });
}
