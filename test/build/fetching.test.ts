import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { type Handle, serveFiles } from "../kit/serve.ts";
import { withWorkplace } from "../kit/workplace.ts";

const hello = { name: "hello", files: { "usr/bin/hello": "hi".repeat(500) } };
const data = { packages: [hello], recipe: { packages: { include: ["hello"] } } };
const pool = "pool/main/h/hello/hello_1.0_amd64.deb";

/** Sends the first bytes of a package and breaks off; `then` is what comes after that. */
function cutting(bytes: number, then: Handle, ranges: (string | undefined)[]): Handle {
  let cut = false;
  return (request, response) => {
    if (!request.url?.endsWith(".deb")) return false;
    ranges.push(request.headers.range);
    if (cut) return then(request, response);
    cut = true;
    response.writeHead(200, { "content-length": "100000" });
    response.write(Buffer.alloc(bytes, "x"), () => response.destroy());
    return true;
  };
}

const absent: Handle = (_request, response) => {
  response.writeHead(404).end();
  return true;
};

describe("a mirror that breaks off", () => {
  /** The real bytes this time. */
  const beginning = (bytes: () => Uint8Array, then: Handle, ranges: (string | undefined)[]): Handle => {
    let cut = false;
    return (request, response) => {
      if (!request.url?.endsWith(".deb")) return false;
      ranges.push(request.headers.range);
      if (cut) return then(request, response);
      cut = true;
      response.writeHead(200, { "content-length": String(bytes().length) });
      response.write(bytes().subarray(0, 200), () => response.destroy());
      return true;
    };
  };

  test("is asked for the rest", async () => {
    const ranges: (string | undefined)[] = [];
    let deb: Uint8Array = Buffer.alloc(0);
    const handle = beginning(
      () => deb,
      () => false,
      ranges,
    );
    await withWorkplace({ ...data, mirrors: [handle] }, async (place) => {
      deb = place.repository.files.get(pool) as Uint8Array;
      const { code, notes } = await place.tare("build --quiet");
      expect({ code, notes }).toEqual({ code: 0, notes: [] });
      expect(ranges).toEqual([undefined, "bytes=200-"]);
    });
  });

  test("and is gone, hands over to the next one, which sends the rest", async () => {
    const first: (string | undefined)[] = [];
    const second: (string | undefined)[] = [];
    let deb: Uint8Array = Buffer.alloc(0);
    const note: Handle = (request) => {
      if (request.url?.endsWith(".deb")) second.push(request.headers.range);
      return false;
    };
    await withWorkplace({ ...data, mirrors: [beginning(() => deb, absent, first), note] }, async (place) => {
      deb = place.repository.files.get(pool) as Uint8Array;
      expect((await place.tare("build --quiet")).code).toBe(0);
      expect({ first, second }).toEqual({ first: [undefined, "bytes=200-"], second: ["bytes=200-"] });
    });
  });

  test("and had sent something else, is not believed: the whole is fetched again", async () => {
    const ranges: (string | undefined)[] = [];
    await withWorkplace(
      { ...data, mirrors: [cutting(200, () => false, ranges), undefined] },
      async (place) => {
        expect((await place.tare("build --quiet")).code).toBe(0);
        expect((await place.tare("store verify")).code).toBe(0);
        expect(ranges).toEqual([undefined, "bytes=200-", undefined]);
      },
    );
  });

  test("each time is one sentence", async () => {
    const always: Handle = (request, response) => {
      if (!request.url?.endsWith(".deb")) return false;
      response.writeHead(200, { "content-length": "100000" });
      response.write("x", () => response.destroy());
      return true;
    };
    await withWorkplace({ ...data, mirrors: [always] }, async (place) => {
      const { code, out, notes } = await place.tare("build --quiet");
      const where = `${place.mirrors[0]?.url}/${pool}`;
      expect({ code, out, notes }).toEqual({
        code: 3,
        out: "",
        notes: [`hello 1.0 could not be fetched: ${where}: the connection was cut (4 times).`],
      });
      expect(place.leftovers()).toEqual([]);
    });
  });
});

describe("mirrors that are down", () => {
  test("are passed over", async () => {
    await withWorkplace({ ...data, mirrors: [undefined, undefined] }, async (place) => {
      await place.mirrors[0]?.close();
      expect((await place.tare("build --quiet")).code).toBe(0);
      expect(place.mirrors[1]?.asked).toContain(pool);
    });
  });

  test("all of them, are told in one sentence", async () => {
    await withWorkplace({ ...data, mirrors: [undefined, undefined] }, async (place) => {
      for (const mirror of place.mirrors) await mirror.close();
      const { code, out, notes } = await place.tare("build --quiet");
      const each = place.mirrors.map(
        ({ url }) => `${url}/dists/bookworm/InRelease: the connection was refused`,
      );
      expect({ code, out, notes }).toEqual({
        code: 3,
        out: "",
        notes: [`Release of debian/bookworm could not be fetched: ${each.join("; ")}.`],
      });
    });
  });

  test("and a host that does not exist, too", async () => {
    await withWorkplace(data, async (place) => {
      await place.write({ packages: { include: ["hello"], mirror: "http://mirror.invalid/debian" } });
      const { code, notes } = await place.tare("build --quiet");
      expect(code).toBe(3);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(
        /mirror\.invalid\/debian\/dists\/bookworm\/InRelease: (?:no such host|the name server)/,
      );
    });
  });
});

/** What a proxy gets for plain http: requests that name the whole address (RFC 9112, 3.2.2). */
async function withProxy(
  files: ReadonlyMap<string, Uint8Array>,
  use: (proxy: { port: number; asked: string[]; authorizations: (string | undefined)[] }) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? "");
    authorizations.push(request.headers["proxy-authorization"]);
    const bytes = files.get((request.url ?? "").replace("http://mirror.example/debian/", ""));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    await use({ port: (proxy.address() as AddressInfo).port, asked, authorizations });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

describe("a proxy that the environment names", () => {
  const recipe = { packages: { include: ["hello"], mirror: "http://mirror.example/debian" } };

  test("gets every request", async () => {
    await withWorkplace({ ...data, recipe }, async (place) => {
      await withProxy(place.repository.files, async ({ port, asked, authorizations }) => {
        const { code } = await place.tare("build --quiet", {
          http_proxy: `http://me:s3cret@127.0.0.1:${port}`,
        });
        expect(code).toBe(0);
        expect(asked).toContain(`http://mirror.example/debian/${pool}`);
        expect(authorizations[0]).toBe(`Basic ${Buffer.from("me:s3cret").toString("base64")}`);
        expect(place.mirrors[0]?.asked).toEqual([]);
      });
    });
  });

  test("gets none for what no_proxy names", async () => {
    await withWorkplace(data, async (place) => {
      const environment = { http_proxy: "http://127.0.0.1:1", no_proxy: "127.0.0.1" };
      expect((await place.tare("build --quiet", environment)).code).toBe(0);
    });
  });

  test("and that is down, is named without its password", async () => {
    await withWorkplace({ ...data, recipe }, async (place) => {
      const { code, notes } = await place.tare("build --quiet", {
        http_proxy: "http://me:s3cret@127.0.0.1:1",
      });
      expect({ code, notes }).toEqual({
        code: 3,
        notes: [
          "Release of debian/bookworm could not be fetched: http://mirror.example/debian/dists/bookworm/InRelease: the connection was refused (http_proxy is http://***@127.0.0.1:1/).",
        ],
      });
    });
  });
});

test("content-addressed mirrors are asked for what the others do not have", async () => {
  await withWorkplace(data, async (place) => {
    const deb = place.repository.files.get(pool) as Uint8Array;
    expect((await place.tare("lock --quiet")).code).toBe(0);
    place.repository.files.delete(pool);
    const gone = await place.tare("build --quiet --locked");
    expect(gone).toEqual({
      code: 3,
      out: "",
      notes: [
        `hello 1.0 is not in the store, and there is none any more at ${place.mirrors[0]?.url}/${pool}; \`tare lock\` takes what debian/bookworm has now, and TARE_CAS_MIRRORS can name a place that keeps what was.`,
      ],
    });
    const { createHash } = await import("node:crypto");
    const hex = createHash("sha256").update(deb).digest("hex");
    const keeper = await serveFiles(new Map([[`blobs/sha256/${hex}`, deb]]));
    try {
      const environment = { TARE_CAS_MIRRORS: `http://127.0.0.1:1/ ${keeper.url}/blobs` };
      expect((await place.tare("build --quiet --locked", environment)).code).toBe(0);
    } finally {
      await keeper.close();
    }
    // Now the store has it.
    expect((await place.tare("build --quiet --locked --compression zstd")).code).toBe(0);
  });
});

describe("--offline", () => {
  test("says what is missing, and builds when nothing is", async () => {
    await withWorkplace(data, async (place) => {
      const missing = (what: string) => ({
        code: 3,
        out: "",
        notes: [
          `${what} is not in the store, and --offline keeps it from being fetched; build once without --offline.`,
        ],
      });
      expect(await place.tare("build --quiet --offline")).toMatchObject({
        code: 3,
        notes: [
          "tare.lock is not there, and choosing packages needs the network, which --offline forbids; run `tare lock` first.",
        ],
      });
      await place.tare("lock --quiet");
      expect(await place.tare("build --quiet --offline")).toEqual(missing("hello 1.0"));
      expect((await place.tare("build --quiet")).code).toBe(0);
      const before = place.mirrors[0]?.asked.length;
      expect((await place.tare("build --quiet --offline --compression gzip:1")).code).toBe(0);
      expect(place.mirrors[0]?.asked.length).toBe(before);
    });
  });
});

describe("--locked", () => {
  test("refuses a missing lock and a stale one, and leaves that as it is", async () => {
    await withWorkplace({ ...data, packages: [hello, { name: "world" }] }, async (place) => {
      const { readFile } = await import("node:fs/promises");
      expect(await place.tare("build --quiet --locked")).toEqual({
        code: 2,
        out: "",
        notes: ["There is no tare.lock: --locked needs it; write it with `tare lock`."],
      });
      await place.tare("lock --quiet");
      const before = await readFile(`${place.folder}/tare.lock`, "utf8");
      await place.write({ packages: { include: ["hello", "world"] } });
      expect(await place.tare("build --quiet --locked")).toEqual({
        code: 1,
        out: "",
        notes: [
          "tare.lock is stale: the recipe's packages or platforms changed after it was written; run `tare lock` and look at what changed.",
        ],
      });
      expect(await readFile(`${place.folder}/tare.lock`, "utf8")).toBe(before);
      const { code, notes } = await place.tare("build");
      expect({ code, notes }).toEqual({
        code: 0,
        notes: [
          "tare.lock was written again: the recipe's packages or platforms changed after it was written.",
        ],
      });
      expect((await place.tare("build --quiet --locked")).code).toBe(0);
    });
  });
});
