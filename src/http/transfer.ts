import type { Bytes } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import type { Fetch } from "../model/seams.ts";
import { backoff, isPassing, retryAfter, type Sleep, sleep } from "./retry.ts";
import { requestFor, shownUrl } from "./url.ts";

/** The world as a transfer needs it. */
export interface TransferSeams {
  readonly fetch: Fetch;
  readonly now: () => Date;
  /** Default: really waits. */
  readonly sleep?: Sleep;
  readonly signal?: AbortSignal;
}

/** One thing that went wrong: which server, and what it did. */
export interface Failure {
  readonly where: string;
  readonly why: string;
  /** It answered that there is no such file (404 or 410). */
  readonly absent?: true;
}

/** Tries of one address until the next one is asked. */
const tries = 4;
/** A try that brought this many bytes was worth it and does not count. */
const worthIt = 1_048_576;
/** Slower than this over a whole window, a server is as good as dead: it only drips to keep the line open. */
const slowest = { bytes: 4_096, milliseconds: 30_000 };

/**
 * One file as a stream, from the first of several addresses that gives it. What breaks off is resumed where it
 * broke, from the same address and then from the next ones; nothing here knows whether the bytes are right.
 */
export class Transfer {
  /** What went wrong so far, in order. */
  readonly failures: Failure[] = [];
  /** Index of the address that gave the first byte. */
  firstFrom = 0;
  /** Whether the bytes were put together from more than one answer. */
  joined = false;
  /** HTTP status of every address that answered with one that is no success. */
  readonly statuses = new Map<string, number>();
  readonly #urls: readonly string[];
  readonly #size: number | undefined;
  readonly #seams: TransferSeams;
  readonly #resume: boolean;
  #offset = 0;

  /** `size`: bytes of the whole file, when known. `resume: false`: once begun, all or nothing. */
  constructor(urls: readonly string[], size: number | undefined, resume: boolean, seams: TransferSeams) {
    this.#urls = urls;
    this.#size = size;
    this.#resume = resume;
    this.#seams = seams;
  }

  /** Whether any byte arrived. */
  get begun(): boolean {
    return this.#offset > 0;
  }

  /** Once only. @throws DOWNLOAD_FAILED with all failures, or the signal's reason */
  async *bytes(what: string): Bytes {
    const { signal } = this.#seams;
    for (const [index, url] of this.#urls.entries()) {
      for (let attempt = 1; attempt <= tries; attempt += 1) {
        signal?.throwIfAborted();
        const begunAt = this.#offset;
        let wait: number | undefined;
        try {
          if (begunAt === 0) this.firstFrom = index;
          else this.joined = true;
          yield* this.#once(url);
          return;
        } catch (error) {
          signal?.throwIfAborted();
          if (isOffline(error)) throw new TareError({ code: "OFFLINE", what }, { cause: error });
          if (!(error instanceof Setback)) throw error;
          const absent = [404, 410].includes(this.statuses.get(url) ?? 0);
          this.failures.push({ where: shownUrl(url), why: error.why, ...(absent && { absent }) });
          if (!this.#resume && this.#offset > 0) throw this.#failed(what, error);
          if (this.#offset - begunAt >= worthIt) attempt = 0;
          wait = error.again ? (error.wait ?? backoff(Math.max(attempt, 1))) : undefined;
        }
        if (wait === undefined) break;
        if (attempt < tries) await (this.#seams.sleep ?? sleep)(wait, signal);
      }
    }
    throw this.#failed(what);
  }

  async *#once(url: string): Bytes {
    const headers: Record<string, string> = this.#offset > 0 ? { range: `bytes=${this.#offset}-` } : {};
    const response = await this.#ask(url, headers);
    let skip = await this.#check(url, response);
    if (!response.body) {
      this.#finish();
      return;
    }
    const now = () => this.#seams.now().getTime();
    const told = response.headers.get("content-length");
    let received = 0;
    let window = { since: now(), bytes: 0 };
    try {
      for await (const chunk of response.body) {
        received += chunk.byteLength;
        window.bytes += chunk.byteLength;
        if (window.bytes >= slowest.bytes) window = { since: now(), bytes: 0 };
        else if (now() - window.since > slowest.milliseconds)
          throw new Setback(`it sent ${window.bytes} bytes in ${slowest.milliseconds / 1000} s`, false);
        if (skip >= chunk.byteLength) {
          skip -= chunk.byteLength;
          continue;
        }
        const part = skip > 0 ? chunk.subarray(skip) : chunk;
        skip = 0;
        this.#offset += part.byteLength;
        yield part;
      }
    } catch (error) {
      throw setbackOf(error);
    }
    // What arrived as it was announced is the server's whole file; whether it is the right one, the digest says.
    if (told === null || Number(told) !== received) this.#finish();
  }

  async #ask(url: string, headers: Record<string, string>): Promise<Response> {
    try {
      return await this.#seams.fetch(requestFor(url, headers, this.#seams.signal));
    } catch (error) {
      throw setbackOf(error);
    }
  }

  /** How many bytes at the beginning of this answer are here already. */
  async #check(url: string, response: Response): Promise<number> {
    if (response.status === 200) return this.#offset;
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
    const told = range && range[2] !== "*" ? Number(range[2]) : undefined;
    const resumes = response.status === 206 && this.#offset > 0 && Number(range?.[1]) === this.#offset;
    const same = this.#size === undefined || told === undefined || told === this.#size;
    if (resumes && same) return 0;
    await response.body?.cancel().catch(() => {});
    if (response.status === 206) throw new Setback("it sent another range than was asked for", false);
    if (response.status === 416) throw new Setback("its file is shorter than expected", false);
    this.statuses.set(url, response.status);
    const why = `it answered ${response.status}`;
    if (!isPassing(response.status)) throw new Setback(why, false);
    const wait = retryAfter(response.headers.get("retry-after"), this.#seams.now());
    if (wait === "too-long") throw new Setback(`${why} and asks to come back in more than a minute`, false);
    throw new Setback(why, true, wait);
  }

  /** An answer ended; did the file? */
  #finish(): void {
    if (this.#size !== undefined && this.#offset < this.#size)
      throw new Setback(`it stopped after ${this.#offset} of ${this.#size} bytes`, true);
  }

  #failed(what: string, cause?: unknown): TareError {
    return new TareError({ code: "DOWNLOAD_FAILED", what, tried: this.failures }, { cause });
  }
}

/** Whoever forbids the network knows addresses; what the file is, we know. */
function isOffline(error: unknown): boolean {
  return error instanceof TareError && error.code === "OFFLINE";
}

/** Why one try failed; `again` when the same address is worth another one, after `wait` milliseconds if it said so. */
class Setback extends Error {
  readonly why: string;
  readonly again: boolean;
  readonly wait: number | undefined;

  constructor(why: string, again: boolean, wait?: number, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
    this.again = again;
    this.wait = wait;
  }
}

/** Only what the network did is a setback; anything else is a defect or an abort and passes through. */
function setbackOf(error: unknown): unknown {
  if (!(error instanceof TareError) || error.problem.code !== "HTTP_FAILED") return error;
  return new Setback(error.problem.why, error.problem.again, undefined, { cause: error });
}
