import { expect, test } from "vitest";
import { collect, concatenate, drain, limited } from "../../src/bytes/bytes.ts";
import { observed } from "../kit/chunks.ts";

test("a limit counts bytes, not chunks, and stops reading at the first one past it", async () => {
  const within = observed(Buffer.alloc(100), 1);
  expect((await collect(within.stream, 100, "the index")).length).toBe(100);
  for (const read of [collect, async (...args: Parameters<typeof limited>) => drain(limited(...args))]) {
    const { stream, seen } = observed(Buffer.alloc(1_000_000), 50);
    await expect(read(stream, 100, "the index")).rejects.toThrow(
      "the index is larger than the limit of 100 bytes; it was not read further.",
    );
    expect(seen).toEqual({ read: 150, closed: true });
  }
});

test("sources are opened one after another, each when the one before is done", async () => {
  const log: string[] = [];
  const source = (name: string) =>
    async function* () {
      log.push(`open ${name}`);
      yield Buffer.from(name);
      log.push(`end ${name}`);
    };
  const whole = await collect(concatenate([source("a"), [Buffer.from("-")], source("b")]), 9, "x");
  expect(whole.toString()).toBe("a-b");
  expect(log).toEqual(["open a", "end a", "open b", "end b"]);
});
