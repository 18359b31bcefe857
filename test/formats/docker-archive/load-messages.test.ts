import { expect, test } from "vitest";
import { loadMessages } from "../../../src/formats/docker-archive/load-messages.ts";
import { inChunks } from "../../kit/chunks.ts";

async function read(text: string, size = 7) {
  const body = async function* () {
    yield* inChunks(Buffer.from(text), size);
  };
  return Array.fromAsync(loadMessages(body(), "the daemon"));
}

test("progress, text and errors are told apart, wherever the chunks end", async () => {
  const lines = [
    '{"status":"Loading layer","progressDetail":{"current":5,"total":9},"progress":"[=>]","id":"abc"}',
    '{"status":"Loading layer","progressDetail":{},"id":"abc"}',
    '{"stream":"Loaded image: shout:1\\n"}',
    '{"errorDetail":{"message":"no space"},"error":"no space"}',
  ];
  const want = [
    { text: "Loading layer", layer: { id: "abc", done: 5, total: 9 } },
    { text: "Loading layer" },
    { text: "Loaded image: shout:1" },
    { error: "no space" },
  ];
  for (const size of [1, 7, 1000]) expect(await read(lines.join("\r\n"), size)).toEqual(want);
  expect(await read(`${lines.join("\n")}\n\n`)).toEqual(want);
  expect(await read("")).toEqual([]);
});

test.each([
  ["[1]", "a line is not an object"],
  ["no json", "it is not JSON"],
  ['{"error":7}', "error is not a string"],
])("%s is refused", async (text, why) => {
  await expect(read(text)).rejects.toThrow(`the daemon is not a sound answer of a docker daemon: ${why}`);
});

test("a line without end is not gathered for ever", async () => {
  await expect(read("x".repeat(3 << 20), 1 << 16)).rejects.toMatchObject({ code: "TOO_LARGE" });
});
