import { expect, test } from "vitest";
import { remembered } from "../../src/build/remembered.ts";
import type { Store } from "../../src/model/seams.ts";

/** Only the memory of a store. */
function memory(): Store & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    recall: async (room: string, key: string) => {
      const value = kept.get(`${room} ${key}`);
      return value && Buffer.from(value);
    },
    remember: async (room: string, key: string, value: Uint8Array) => {
      kept.set(`${room} ${key}`, value);
    },
  } as Store & { readonly kept: Map<string, Uint8Array> };
}

test("a value is made once, and known by its key from then on", async () => {
  const store = memory();
  let made = 0;
  const value = (key: string) => remembered(store, "recipe", key, async () => ({ key, made: ++made }));
  expect(await value("a")).toEqual({ key: "a", made: 1 });
  expect(await value("a")).toEqual({ key: "a", made: 1 });
  expect(await value("b")).toEqual({ key: "b", made: 2 });
});

test("memory that was damaged is made again", async () => {
  const store = memory();
  store.kept.set("recipe a", Buffer.from('{"half'));
  expect(await remembered(store, "recipe", "a", async () => [1])).toEqual([1]);
  expect(Buffer.from(store.kept.get("recipe a") ?? []).toString()).toBe("[1]");
});
