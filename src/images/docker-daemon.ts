import { type Bytes, collect } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { loadMessages } from "../formats/docker-archive/load-messages.ts";
import { documentLimit, JsonDoor } from "../formats/oci/json.ts";
import type { Progress } from "../model/seams.ts";
import { refusal, refused, unreachable } from "./daemon-failures.ts";
import { type DockerSeams, dockerHost } from "./docker-host.ts";
import { Sink } from "./sink.ts";

/** What a conversation with a daemon needs. */
export interface DaemonSeams extends DockerSeams {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** A docker daemon that answered (Engine API, docs.docker.com/reference/api/engine). */
export interface DockerDaemon {
  /** As DOCKER_HOST spells it. */
  readonly where: string;
  /**
   * One image as a `docker save` archive, streamed. It is whole only if it ends without an error.
   * @throws NOT_THE_IMAGE, DAEMON_REFUSED
   */
  save(name: string): Promise<Bytes>;
  /**
   * Gives the daemon an archive as `fill` writes it, and returns its bytes once the daemon has all of its images.
   * @throws DAEMON_REFUSED, and whatever `fill` throws
   */
  load(fill: (sink: Sink) => Promise<void>): Promise<number>;
}

/** The newest version of the API whose words for the two requests here are known to be these. */
const newest = [1, 51] as const;

/** Asks a daemon which version of the API it speaks. @throws DAEMON_UNREACHABLE, DAEMON_REFUSED, BAD_ENVIRONMENT */
export async function dockerDaemon(seams: DaemonSeams): Promise<DockerDaemon> {
  const { signal, progress = () => undefined } = seams;
  const { where, fetch } = dockerHost(seams);
  const ask = async (path: string, body?: ReadableStream<Uint8Array>): Promise<Response> => {
    const init = { ...(signal && { signal }) };
    const sending = {
      method: "POST",
      body,
      duplex: "half",
      headers: { "content-type": "application/x-tar" },
    };
    const request = new Request(`http://docker${path}`, { ...init, ...(body && (sending as RequestInit)) });
    try {
      return await fetch(request);
    } catch (cause) {
      throw unreachable(where, cause);
    }
  };
  const pong = await ask("/_ping");
  if (!pong.ok) throw await refusal(where, "does not answer", pong);
  await pong.body?.cancel();
  const version = `/v${spoken(pong.headers.get("api-version"))}`;

  return {
    where,
    async save(name) {
      const found = await ask(`${version}/images/${name}/json`);
      if (found.status === 404) throw await unknown(name);
      if (!found.ok) throw await refusal(where, `does not show the image ${name}`, found);
      await found.body?.cancel();
      const archive = await ask(`${version}/images/get?names=${encodeURIComponent(name)}`);
      if (!archive.ok || archive.body === null)
        throw await refusal(where, `does not give the image ${name}`, archive);
      return archive.body;
    },
    async load(fill) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const sending = send(fill, writable);
      // Who waits for the answer hears of it first; what was sent counts only after that.
      sending.catch(() => {});
      const answer = await ask(`${version}/images/load?quiet=0`, readable);
      if (!answer.ok) throw await refusal(where, "does not load the image", answer);
      if (answer.body !== null)
        for await (const { error, layer } of loadMessages(answer.body, where)) {
          if (error !== undefined) throw refused(where, "does not load the image", error);
          if (layer) progress({ kind: "transfer", name: `loaded ${layer.id}`, ...layer });
        }
      return await sending;
    },
  };

  async function unknown(name: string): Promise<TareError> {
    const listed = await ask(`${version}/images/json`);
    const door = new JsonDoor("list of images", where);
    const images =
      listed.ok && listed.body !== null ? await collect(listed.body, documentLimit, where) : "[]";
    const tags = door
      .list(door.parse(Buffer.from(images)), "it")
      .map((image, at) => door.object(image, `[${at}]`).RepoTags)
      .flatMap((names) => (names == null ? [] : door.texts(names, "RepoTags")))
      .filter((tag) => tag !== "<none>:<none>");
    return new TareError({
      code: "NOT_THE_IMAGE",
      where: `The docker daemon at ${where}`,
      want: name,
      have: tags,
    });
  }
}

/** What `fill` writes, as the body of a request. A piece is copied: the sink fills it again while it is under way. */
async function send(
  fill: (sink: Sink) => Promise<void>,
  writable: WritableStream<Uint8Array>,
): Promise<number> {
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const sink = new Sink((piece) => writer.write(Uint8Array.from(piece)));
  try {
    await fill(sink);
    await sink.end();
    await writer.close();
    return sink.size;
  } catch (cause) {
    await sink.settle();
    await writer.abort(cause).catch(() => {});
    throw cause;
  }
}

/** The daemon's own version, but never one that nobody here knows. */
function spoken(offered: string | null): string {
  const match = /^([0-9]{1,3})\.([0-9]{1,3})$/.exec(offered ?? "");
  // Daemons from before 2017 do not say; this is what docker's own program takes then.
  if (!match) return "1.24";
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < newest[0] || (major === newest[0] && minor <= newest[1])
    ? `${major}.${minor}`
    : newest.join(".");
}
