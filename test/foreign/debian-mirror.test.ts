import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { thisHost } from "../../src/build/this-host.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { webFetch } from "../../src/http/web-fetch.ts";
import { hostKeyring } from "../../src/sources/debian/host-keyring.ts";
import { chooseMirror, type MirrorChoice } from "../../src/sources/debian/mirrors.ts";
import { openRepository } from "../../src/sources/debian/repository.ts";
import { memoryStore } from "../kit/memory-store.ts";
import { findPeer } from "../kit/peers.ts";

const run = promisify(execFile);
const question = {
  distribution: "debian",
  suite: "bookworm",
  components: ["main"],
  architectures: ["amd64"],
  mirrors: [],
};
let choice: MirrorChoice | undefined;
beforeAll(async () => {
  choice = await chooseMirror(question, process.env, thisHost).catch(() => undefined);
});

/** Stanzas of an index, counted without our parser. */
async function countPackages(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  let text = "\n";
  const countIn = (part: string) => part.match(/\nPackage: /g)?.length ?? 0;
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString("latin1");
    const whole = text.lastIndexOf("\n");
    count += countIn(text.slice(0, whole));
    text = text.slice(whole);
  }
  return count + countIn(text);
}

for (const suite of ["bookworm", "bookworm-security", "trixie"])
  test(`the host's own mirror of ${suite} is opened and verified with the host's keyring`, async (context) => {
    if (!choice)
      return context.skip("this host has no Debian mirror set up, and TARE_DEBIAN_MIRROR is not set");
    const chosen = await chooseMirror({ ...question, suite }, process.env, thisHost);
    const keyring = await hostKeyring(suite, "debian", chosen.signedBy, thisHost);
    const opened = await openRepository(
      { ...question, ...chosen, id: `debian/${suite}`, suite, keyring, pins: [], allowUnsigned: false },
      {
        fetch: webFetch({ environment: process.env, host: thisHost }),
        store: memoryStore(),
        now: () => new Date(),
      },
    );
    expect(opened.locked.keys.length).toBeGreaterThan(0);
    for (const key of opened.locked.keys) expect(key).toMatch(/^[0-9A-F]{40}$/);
    const [index] = opened.indexes;
    if (!index) throw new Error("no index");
    const count = await countPackages(decompress(index.packages.open(), "Packages"));
    expect(count).toBeGreaterThan(100);
    if (suite !== "bookworm" || !findPeer("apt-cache")) return;
    const truth = await aptCount();
    if (truth !== undefined) expect(count).toBe(truth);
  }, 120_000);

/** How many stanzas apt holds of the same index, when it has been updated. */
async function aptCount(): Promise<number | undefined> {
  const format = "$(CODENAME)|$(COMPONENT)|$(ARCHITECTURE)|$(CREATED_BY)|$(FILENAME)";
  const { stdout } = await run("apt-get", ["indextargets", "--format", format]);
  const line = stdout.split("\n").find((one) => one.startsWith("bookworm|main|amd64|Packages|"));
  const file = line?.split("|")[4];
  if (file === undefined) return undefined;
  const { stdout: text } = await run("/usr/lib/apt/apt-helper", ["cat-file", file], {
    maxBuffer: 512 * 1024 * 1024,
  });
  return text.match(/^Package: /gm)?.length;
}
