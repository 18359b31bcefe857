/**
 * A process of its own that works on a store, for tests of what processes do to each other.
 * Arguments: the store's folder, then what to do:
 *   put SEED SIZE TIMES   puts TIMES contents of SIZE bytes that follow from SEED; prints their digests
 *   stall SIZE            writes SIZE bytes of a content, says `stalled`, and never ends
 *   lease                 takes a lease, says `leased`, and holds it until it is killed
 *   collect               collects everything; prints what was removed, or the error's code
 */
import { randomBytes } from "node:crypto";
import { digestOf } from "../../src/bytes/digest.ts";
import { TareError } from "../../src/errors.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { collectGarbage } from "../../src/store/garbage.ts";
import { lease } from "../../src/store/lease.ts";
import { seededBytes } from "./seeded-bytes.ts";

const [folder = "", action, ...rest] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);
const forever = () => new Promise<never>(() => setInterval(() => {}, 1000));

try {
  if (action === "put") {
    const [seed = 0, size = 0, times = 0] = rest.map(Number);
    const store = await openStore(folder);
    for (let time = 0; time < times; time += 1) {
      const bytes = seededBytes(seed + time, size);
      const want = { digest: digestOf(bytes), size };
      const half = size >> 1;
      const source = async function* () {
        yield bytes.subarray(0, half);
        await new Promise((wake) => setImmediate(wake));
        yield bytes.subarray(half);
      };
      await store.put(source(), want, "a content");
      await store.remember("room", `key ${time}`, bytes);
      say(want.digest);
    }
  } else if (action === "stall") {
    const store = await openStore(folder);
    const source = async function* () {
      yield randomBytes(Number(rest[0]));
      // While one chunk is written, the next is asked for: at the one after that, the first is on the disk.
      yield new Uint8Array(0);
      say("stalled");
      await forever();
    };
    await store.add(source(), "a content");
  } else if (action === "lease") {
    await lease(folder);
    say("leased");
    await forever();
  } else if (action === "collect") {
    say(String((await collectGarbage(folder, { maxSize: 0 })).removed));
  }
} catch (cause) {
  say(cause instanceof TareError ? cause.code : String(cause));
}
