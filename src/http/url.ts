import { TareError } from "../errors.ts";

/**
 * A file below a base address, each segment escaped, so that nothing in `path` can climb out of the base, name
 * another host, or start a query. Empty segments and lone dots mean nothing and are dropped. @throws BAD_URL
 */
export function urlBelow(base: string, path: string): string {
  const bad = (why: string, cause?: unknown) =>
    new TareError({ code: "BAD_URL", text: path.toWellFormed(), why }, { cause });
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.length === 0) throw bad("a path below a mirror names a file");
  if (segments.includes("..")) throw bad("a path below a mirror does not climb out of it");
  try {
    return `${base.replace(/\/+$/, "")}/${segments.map(encodeURIComponent).join("/")}`;
  } catch (cause) {
    throw bad("it is not Unicode text", cause);
  }
}

/** An address as it may be shown and logged: no user, no password, no query (tokens live there). */
export function shownUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    // A password may hold anything, `/` and `@` too.
    return url.replace(/\/\/.*@/gs, "//***@");
  }
  if (parsed.username !== "" || parsed.password !== "") {
    parsed.username = "***";
    parsed.password = "";
  }
  if (parsed.search !== "") parsed.search = "?***";
  parsed.hash = "";
  return parsed.href;
}

/** What should be an address of ours, as {@link shownUrl} has it; of what is none, only what follows the last `@`. */
export function shownAddress(text: string): string {
  const isOurs = URL.canParse(text) && schemes.has(new URL(text).protocol);
  return isOurs ? shownUrl(text) : text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@");
}

/**
 * A GET for `url`. A user and password in the address become a Basic Authorization, since a web `Request` takes
 * none. @throws BAD_URL
 */
export function requestFor(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Request {
  const parsed = parseUrl(url);
  const all = new Headers(headers);
  if (parsed.username !== "" || parsed.password !== "") {
    const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    all.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
    parsed.username = "";
    parsed.password = "";
  }
  return new Request(parsed, { headers: all, ...(signal ? { signal } : {}) });
}

const schemes = new Set(["http:", "https:", "file:"]);

/** @throws BAD_URL unless it is a whole http, https or file address */
export function parseUrl(url: string): URL {
  const text = shownAddress(url);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new TareError({ code: "BAD_URL", text, why: "it is not a whole address" });
  }
  if (!schemes.has(parsed.protocol))
    throw new TareError({ code: "BAD_URL", text, why: "only http, https and file are spoken" });
  return parsed;
}
