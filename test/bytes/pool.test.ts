import { expect, test } from "vitest";
import { mapPool } from "../../src/bytes/pool.ts";

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

test("results come in the items' order, and no more than the limit run at once", async () => {
  let running = 0;
  let most = 0;
  const results = await mapPool([30, 1, 20, 5, 0, 10], 3, async (time, index) => {
    running += 1;
    most = Math.max(most, running);
    await pause(time);
    running -= 1;
    return `${index}: ${time}`;
  });
  expect(results).toEqual(["0: 30", "1: 1", "2: 20", "3: 5", "4: 0", "5: 10"]);
  expect(most).toBe(3);
  expect(await mapPool([], 3, async () => 1)).toEqual([]);
});

test("the failure that came first is thrown, after what ran has ended, and nothing new was begun", async () => {
  const log: string[] = [];
  const work = async (name: string) => {
    log.push(`begin ${name}`);
    await pause(name === "slow" ? 40 : 5);
    log.push(`end ${name}`);
    if (name === "slow" || name === "bad") throw new Error(name);
  };
  await expect(mapPool(["slow", "bad", "never"], 2, work)).rejects.toThrow(/^bad$/);
  expect(log).toEqual(["begin slow", "begin bad", "end bad", "end slow"]);
});

test("even a failure that is no error is one", async () => {
  await expect(mapPool([1], 1, () => Promise.reject(undefined))).rejects.toBe(undefined);
});
