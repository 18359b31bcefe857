import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { TareError } from "../../src/errors.ts";
import { contentAddresses } from "../../src/http/content-addressed.ts";
import { download } from "../../src/http/download.ts";
import { downloadAll } from "../../src/http/download-all.ts";
import type { Fetch, ProgressEvent } from "../../src/model/seams.ts";
import { memoryStore } from "../kit/memory-store.ts";

const text = Buffer.from("a package, byte by byte: 0123456789");
const want = { digest: digestOf(text), size: text.byteLength };
const [a, b] = ["http://a.mirror.example/x.deb", "http://b.mirror.example/x.deb"] as const;
const item = { name: "x 1.0", urls: [a, b], want };

/** A server that answers as it is told, one answer per request; it remembers what it was asked. */
function scripted(...answers: ((request: Request) => Response | Promise<Response>)[]) {
  const asked: string[] = [];
  const fetch: Fetch = async (request) => {
    asked.push(`${new URL(request.url).host.slice(0, 1)} ${request.headers.get("range") ?? "whole"}`);
    const answer = answers.shift();
    if (!answer) throw new Error(`nobody expected ${request.url}`);
    return await answer(request);
  };
  const waits: number[] = [];
  const store = memoryStore();
  return {
    asked,
    waits,
    store,
    seams: {
      fetch,
      store,
      now: () => new Date("2025-06-01T00:00:00Z"),
      sleep: async (milliseconds: number) => void waits.push(milliseconds),
    },
  };
}

const whole = () => new Response(text);
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response("no", { status: code, headers });
const refused: () => Response = () => {
  throw cutOff("the connection was refused", false);
};
/** The first `size` bytes, then the connection is cut. */
const cutAfter =
  (size: number, bytes: Uint8Array = text, code = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(bytes.subarray(0, size)),
        pull: (controller) => controller.error(cutOff("the connection was cut", true)),
      }),
      { status: code, headers },
    );
const rest =
  (start: number, bytes: Uint8Array = text) =>
  () =>
    new Response(Uint8Array.from(bytes.subarray(start)), {
      status: 206,
      headers: { "content-range": `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}` },
    });

function cutOff(why: string, again: boolean) {
  return new TareError({ code: "HTTP_FAILED", where: "somewhere", why, again });
}

test("what the store has is not fetched", async () => {
  const { seams, asked, store } = scripted();
  await store.add([text], "x");
  expect((await download(item, seams)).digest).toBe(want.digest);
  expect(asked).toEqual([]);
});

test("a transfer that breaks off is resumed where it broke", async () => {
  const { seams, asked, store } = scripted(cutAfter(10), rest(10));
  await download(item, seams);
  expect(asked).toEqual(["a whole", "a bytes=10-"]);
  expect(store.kept.get(want.digest)).toEqual(text);
});

test("a server that ignores ranges sends everything again, and the known part is skipped", async () => {
  const { seams, asked } = scripted(cutAfter(10), whole);
  await download(item, seams);
  expect(asked).toEqual(["a whole", "a bytes=10-"]);
});

test("an answer that ends too early without an error is resumed too", async () => {
  const { seams, asked } = scripted(() => new Response(text.subarray(0, 7)), rest(7));
  await download(item, seams);
  expect(asked).toEqual(["a whole", "a bytes=7-"]);
});

test("a refused range, or a wrong one, turns to the next mirror", async () => {
  const { seams, asked } = scripted(cutAfter(10), status(416), rest(10));
  await download(item, seams);
  expect(asked).toEqual(["a whole", "a bytes=10-", "b bytes=10-"]);
  const other = scripted(cutAfter(10), rest(5), rest(10));
  await download(item, other.seams);
  expect(other.asked).toEqual(["a whole", "a bytes=10-", "b bytes=10-"]);
});

test("a resumed download with a corrupt beginning is fetched once more in one piece, and does not loop", async () => {
  const corrupt = Buffer.from(text).fill("?", 0, 5);
  const { seams, asked, store } = scripted(cutAfter(10, corrupt), rest(10), whole);
  await download(item, seams);
  expect(asked).toEqual(["a whole", "a bytes=10-", "a whole"]);
  expect(store.kept.size).toBe(1);
});

test("wrong bytes everywhere are refused, mirror by mirror, and nothing is kept", async () => {
  const wrong = () => new Response(Buffer.from(text).fill("!", 3, 4));
  const { seams, asked, store } = scripted(wrong, wrong);
  await expect(download(item, seams)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  expect(asked).toEqual(["a whole", "b whole"]);
  expect(store.kept.size).toBe(0);
});

test("more bytes than expected are refused without reading on", async () => {
  const flood = () => new Response(Buffer.alloc(1000));
  const { seams } = scripted(flood, flood);
  await expect(download(item, seams)).rejects.toMatchObject({ code: "TOO_LARGE" });
});

test("a busy server is asked again with growing patience, or when it says so", async () => {
  const { seams, waits } = scripted(status(503), status(503), status(429, { "retry-after": "7" }), whole);
  await download(item, seams);
  expect(waits).toEqual([500, 1000, 7000]);
});

test("Retry-After may be a date; a long one turns to the next mirror", async () => {
  const { seams, waits } = scripted(status(503, { "retry-after": "Sun, 01 Jun 2025 00:00:03 GMT" }), whole);
  await download(item, seams);
  expect(waits).toEqual([3000]);
  const other = scripted(status(503, { "retry-after": "3600" }), whole);
  await download(item, other.seams);
  expect(other.asked).toEqual(["a whole", "b whole"]);
});

test("a mirror without the file is not asked twice", async () => {
  const { seams, asked } = scripted(status(404), whole);
  await download(item, seams);
  expect(asked).toEqual(["a whole", "b whole"]);
});

test("when all mirrors fail, one sentence says who was tried and what each said, without passwords", async () => {
  const urls = ["http://me:secret@a.mirror.example/x.deb?token=1", b];
  const { seams } = scripted(refused, status(500), status(500), status(500), status(500));
  await expect(download({ ...item, urls }, seams)).rejects.toThrow(
    "x 1.0 could not be fetched: http://***@a.mirror.example/x.deb?***: the connection was refused; " +
      "http://b.mirror.example/x.deb: it answered 500 (4 times).",
  );
});

test("a password in the address becomes an Authorization", async () => {
  let authorization: string | null = null;
  const { seams } = scripted((request) => {
    authorization = request.headers.get("authorization");
    return whole();
  });
  await download({ ...item, urls: ["http://me:s%40cret@a.mirror.example/x.deb"] }, seams);
  expect(Buffer.from(String(authorization).slice(6), "base64").toString()).toBe("me:s@cret");
});

test("a server that only drips is given up", async () => {
  let seconds = 0;
  const drip = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          seconds += 20;
          controller.enqueue(Buffer.from("."));
        },
      }),
    );
  const { seams } = scripted(drip, status(404));
  await expect(download(item, { ...seams, now: () => new Date(seconds * 1000) })).rejects.toThrow(
    "a.mirror.example/x.deb: it sent 2 bytes in 30 s;",
  );
});

test("content-addressed mirrors are asked by digest", () => {
  const digest = `sha256:${"ab".repeat(32)}` as const;
  expect(contentAddresses(["http://cas.example/blobs/"], digest)).toEqual([
    `http://cas.example/blobs/sha256/${"ab".repeat(32)}`,
  ]);
});

test("progress begins at nothing and ends with everything", async () => {
  const { seams } = scripted(whole);
  const events: ProgressEvent[] = [];
  await download(item, { ...seams, progress: (event) => events.push(event) });
  expect(events).toEqual([
    { kind: "transfer", name: "x 1.0", done: 0, total: 35 },
    { kind: "transfer", name: "x 1.0", done: 35, total: 35 },
  ]);
});

function many(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.from(`file ${index}`);
    return {
      name: `${index}`,
      urls: [`http://a.mirror.example/${index}`],
      want: { digest: digestOf(bytes) },
    };
  });
}

test("several downloads run at once, in bounds, each digest once, in order", async () => {
  let running = 0;
  let most = 0;
  let count = 0;
  const fetch: Fetch = async (request) => {
    count += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    return new Response(`file ${new URL(request.url).pathname.slice(1)}`);
  };
  const items = many(20);
  const { seams } = scripted();
  const all = await downloadAll([...items, ...items], { ...seams, fetch }, { concurrency: 4 });
  expect(all.map((one) => one.digest)).toEqual([...items, ...items].map((one) => one.want.digest));
  expect(most).toBe(4);
  expect(count).toBe(20);
});

test("the first failure ends the others, and is what is thrown", async () => {
  const fetch: Fetch = async (request) => {
    if (request.url.endsWith("/3")) return new Response("no", { status: 404 });
    return await new Promise((_, reject) =>
      request.signal.addEventListener("abort", () => reject(request.signal.reason)),
    );
  };
  const { seams } = scripted();
  await expect(downloadAll(many(6), { ...seams, fetch })).rejects.toThrow("3 could not be fetched");
});

test("an abort ends everything with its own reason", async () => {
  const stop = new AbortController();
  const fetch: Fetch = (request) =>
    new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
  const { seams } = scripted();
  const work = downloadAll(many(6), { ...seams, fetch, signal: stop.signal });
  stop.abort(new Error("Ctrl-C"));
  await expect(work).rejects.toThrow("Ctrl-C");
});
