import { collect } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { documentLimit } from "../formats/oci/json.ts";

const reasons: Readonly<Record<string, readonly [why: string, todo: string]>> = {
  ENOENT: ["there is no such socket", "start docker, or say in DOCKER_HOST where it listens"],
  ECONNREFUSED: ["nobody listens there", "start docker, or say in DOCKER_HOST where it listens"],
  EACCES: ["permission denied", "join the group that owns the socket (docker, as a rule)"],
  ENOTFOUND: ["no such host is known", "look at DOCKER_HOST"],
};

/** What a request failed of, in the words of somebody who looks for a daemon; what is not of the network stays as it is. */
export function unreachable(where: string, error: unknown): unknown {
  if (!(error instanceof TareError) || error.code !== "HTTP_FAILED") return error;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  const [why, todo] = reasons[code] ?? [`the connection broke (${code})`, "look at the daemon's log"];
  return new TareError({ code: "DAEMON_UNREACHABLE", where, why, todo }, { cause: error });
}

/** An answer that is no success, with the daemon's own words: `{"message": "…"}`, or plain text. */
export async function refusal(where: string, what: string, response: Response): Promise<TareError> {
  const text = (await collect(response.body ?? [], documentLimit, where)).toString("utf8");
  let said: unknown;
  try {
    said = JSON.parse(text).message;
  } catch {}
  return refused(where, what, typeof said === "string" ? said : text || `status ${response.status}`);
}

/** The daemon said no: `said` is cut to its first line. */
export function refused(where: string, what: string, said: string): TareError {
  const why = said.trim().split("\n")[0]?.slice(0, 500).replace(/[.]+$/, "");
  return new TareError({ code: "DAEMON_REFUSED", where, what, why: why || "it does not say why" });
}
