import { expect, test } from "vitest";
import { alongside } from "../../src/bytes/alongside.ts";
import { type Bytes, collect, drain } from "../../src/bytes/bytes.ts";
import { inChunks, observed } from "../kit/chunks.ts";

const text = Buffer.from("some bytes that two readers want");
const read = (source: Bytes) => collect(source, 1000, "it");

test("both see everything", async () => {
  let seen = "";
  const source = alongside(inChunks(text, 3), async (bytes) => {
    seen = (await read(bytes)).toString();
  });
  expect([(await read(source)).toString(), seen]).toEqual([text.toString(), text.toString()]);
});

test("a watcher that fails ends both, and its failure is what is thrown", async () => {
  const { stream, seen } = observed(text, 1);
  const source = alongside(stream, async (bytes) => {
    for await (const _ of bytes) throw new Error("seen enough");
  });
  await expect(drain(source)).rejects.toThrow("seen enough");
  expect(seen.closed).toBe(true);
  expect(seen.read).toBeLessThan(text.length);
});

test("a watcher that fails at the end fails all", async () => {
  const source = alongside(inChunks(text, 5), async (bytes) => {
    await drain(bytes);
    throw new Error("not sound");
  });
  await expect(drain(source)).rejects.toThrow("not sound");
});

test("a watcher that stops early is not waited for", async () => {
  const source = alongside(inChunks(text, 2), async (bytes) => {
    for await (const _ of bytes) break;
  });
  expect((await read(source)).toString()).toBe(text.toString());
});

test("a source that breaks off is told as it is, and the watcher is let go", async () => {
  const broken = async function* () {
    yield text;
    throw new Error("the cable was pulled");
  };
  let ended: Promise<unknown> = Promise.resolve();
  const source = alongside(broken(), (bytes) => {
    const watching = drain(bytes).then(() => undefined);
    ended = watching.catch((cause) => cause);
    return watching;
  });
  await expect(drain(source)).rejects.toThrow("the cable was pulled");
  expect(await ended).toBeInstanceOf(Error);
});

test("who stops early lets go of the source", async () => {
  const { stream, seen } = observed(text, 1);
  for await (const _ of alongside(stream, async (bytes) => void (await drain(bytes)))) break;
  expect(seen.closed).toBe(true);
});
