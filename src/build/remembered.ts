import type { Store } from "../model/seams.ts";

/** An address with a user: others may read the store. */
const credentials = /:\/\/[^/"\s@]*@/;

/**
 * A plain value that is costly to make and depends on nothing but `key`, from the store's memory where it is there.
 * What lies there and cannot be read is made again; what holds the password of an address is not kept.
 */
export async function remembered<Value>(
  store: Store,
  room: string,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = await store.recall(room, key);
  if (known !== undefined)
    try {
      return JSON.parse(known.toString("utf8")) as Value;
    } catch {}
  const value = await make();
  const text = JSON.stringify(value);
  if (!credentials.test(text)) await store.remember(room, key, Buffer.from(text, "utf8"));
  return value;
}
