import { expect, test } from "vitest";
import { TareError } from "../../../src/errors.ts";
import { isStillServed } from "../../../src/sources/alpine/still-served.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { seededBytes } from "../../kit/seeded-bytes.ts";

const url = "http://mirror.example/x86_64/it.apk";
const bytes = Buffer.from(seededBytes(1, 100_000));

async function asked(answer: (request: Request) => Response | Promise<Response>, have = bytes) {
  const store = memoryStore();
  const { digest } = await store.add([have], "it");
  const seams = { store, now: () => new Date(0), fetch: async (request: Request) => answer(request) };
  return isStillServed(digest, url, seams);
}

test("of a file that the store has, only the beginning is asked for", async () => {
  const ranges: (string | null)[] = [];
  const first = (request: Request) => {
    ranges.push(request.headers.get("range"));
    return new Response(bytes.subarray(0, 4096), { status: 206 });
  };
  expect(await asked(first)).toBe(true);
  expect(ranges).toEqual(["bytes=0-4095"]);
});

test("a server that knows no ranges is not listened to until the end", async () => {
  let sent = 0;
  let cancelled = false;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(sent, sent + 1000));
      sent += 1000;
    },
    cancel() {
      cancelled = true;
    },
  });
  expect(await asked(() => new Response(body))).toBe(true);
  expect(cancelled).toBe(true);
  expect(sent).toBeLessThan(20_000);
});

test("another beginning, another length of a small file, an error and a broken line are a no", async () => {
  const other = Buffer.from(bytes);
  other.writeUInt8(other.readUInt8(4000) ^ 1, 4000);
  expect(await asked(() => new Response(other.subarray(0, 4096), { status: 206 }))).toBe(false);
  const small = bytes.subarray(0, 500);
  expect(await asked(() => new Response(small, { status: 206 }), small)).toBe(true);
  expect(await asked(() => new Response(small.subarray(0, 499), { status: 206 }), small)).toBe(false);
  expect(await asked(() => new Response(bytes.subarray(0, 4096), { status: 404 }))).toBe(false);
  const broken = { code: "HTTP_FAILED", where: url, why: "it hung up", again: true } as const;
  expect(await asked(() => Promise.reject(new TareError(broken)))).toBe(false);
});

test("another range than was asked for is a no, and so is less of it", async () => {
  expect(await asked(() => new Response(bytes.subarray(4096, 8192), { status: 206 }))).toBe(false);
  expect(await asked(() => new Response(bytes.subarray(0, 4095), { status: 206 }))).toBe(false);
  expect(await asked(() => new Response(bytes, { status: 206 }))).toBe(true);
});

test("a short answer is read to its end, so that its connection serves again", async () => {
  let cancelled = false;
  let sent = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        if (sent === 4096) return controller.close();
        controller.enqueue(bytes.subarray(sent, sent + 1024));
        sent += 1024;
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  expect(await asked(() => new Response(body, { status: 206 }))).toBe(true);
  expect(cancelled).toBe(false);
});

test("a server that drips is not waited for", async () => {
  const store = memoryStore();
  const { digest } = await store.add([bytes], "it");
  let seconds = 0;
  let sent = 0;
  const now = () => {
    seconds += 10;
    return new Date(seconds * 1000);
  };
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(sent, sent + 1));
      sent += 1;
    },
  });
  expect(await isStillServed(digest, url, { store, now, fetch: async () => new Response(body) })).toBe(false);
  expect(sent).toBeLessThan(10);
});

test("what the store has lost is not served still", async () => {
  const seams = { store: memoryStore(), now: () => new Date(0), fetch: async () => new Response(bytes) };
  expect(await isStillServed(`sha256:${"0".repeat(64)}`, url, seams)).toBe(false);
});
