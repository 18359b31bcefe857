import { expect, test } from "vitest";
import { hostPrograms } from "../../src/build/run-program.ts";

const { runProgram } = hostPrograms(process.env);

async function* endless() {
  while (true) yield Buffer.alloc(1 << 16);
}

test("a program that ends before it has read its input is asked for its own words, and the input is let go", async () => {
  let letGo = false;
  const input = async function* () {
    try {
      yield* endless();
    } finally {
      letGo = true;
    }
  };
  const args = ["-c", "head -c 100000 > /dev/null; echo enough >&2; exit 7"];
  expect(await runProgram({ program: "sh", args, input: input() })).toEqual({ code: 7, said: "enough\n" });
  expect(letGo).toBe(true);
});

test("what the input throws ends the program, and is thrown", async () => {
  const mine = new Error("no more");
  const input = async function* () {
    yield Buffer.from("x");
    throw mine;
  };
  await expect(runProgram({ program: "cat", args: [], input: input() })).rejects.toBe(mine);
});

test("a program that is not there is undefined", async () => {
  expect(await runProgram({ program: "no-such-program-anywhere", args: [] })).toBeUndefined();
});
