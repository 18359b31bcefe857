import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Handle } from "../kit/serve.ts";
import { type Workplace, type WorkplaceData, withWorkplace } from "../kit/workplace.ts";

const user = "reader";
const password = "s3cret-w0rd";
const pair = Buffer.from(`${user}:${password}`).toString("base64");
const hello = { name: "hello", files: { "usr/bin/hello": "hi" } };
const pool = "pool/main/h/hello/hello_1.0_amd64.deb";

const closed: Handle = (request, response) => {
  if (request.headers.authorization === `Basic ${pair}`) return false;
  response.writeHead(401, { "www-authenticate": 'Basic realm="packages"' }).end();
  return true;
};

/** Runs a line as a process against a mirror that wants a password; the password may be nowhere but in the recipe. */
async function run(
  line: string,
  code: number,
  spoil: (place: Workplace) => unknown = () => undefined,
  data: Partial<WorkplaceData> = {},
) {
  await withWorkplace({ packages: [hello], mirrors: [closed], ...data }, async (place) => {
    const mirror = place.mirrors[0]?.url.replace("//", `//${user}:${password}@`);
    await place.write({
      packages: { include: ["hello"], mirror },
      to: ["docker-archive:image.tar", "oci:image"],
    });
    await spoil(place);
    const ended = await place.start(line, { environment: { TARE_DEBUG: "1" } }).ended;
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: expect.any(String) });
    const said = ended.stdout + ended.stderr;
    for (const secret of [user, password, pair]) expect(said).not.toContain(secret);
    for (const path of await readdir(place.folder, { recursive: true })) {
      if (path === "tare.yaml") continue;
      const bytes = await readFile(join(place.folder, path)).catch(() => Buffer.alloc(0));
      for (const secret of [password, pair])
        expect({ path, has: bytes.includes(secret) }).toEqual({ path, has: false });
    }
  });
}

test("a password in a mirror's address opens the mirror, and goes nowhere else", async () => {
  await run("build --compression none", 0);
  await run("build --json", 0);
});

test("a password is in no sentence about what is missing, wrong, or cut", async () => {
  await run("build", 3, ({ repository }) => repository.files.delete(pool));
  await run("build --json", 1, ({ repository }) =>
    repository.files.set(pool, Buffer.from(repository.files.get(pool) as Uint8Array).fill("x", 100, 120)),
  );
  await run("build", 2, ({ repository }) => {
    for (const path of [...repository.files.keys()])
      if (path.startsWith("dists/")) repository.files.delete(path);
  });
  await run("build --offline", 3);
  await run("lock", 3, ({ mirrors }) => mirrors[0]?.close());
});

test("a wrong password is one sentence without it", async () => {
  const shut: Handle = (_request, response) => {
    response.writeHead(401).end();
    return true;
  };
  await run("build", 3, () => undefined, { mirrors: [shut] });
});

test("an address that cannot be read is shown without its password", async () => {
  await run("build", 2, (place) =>
    place.write({ packages: { include: ["hello"], mirror: `http://${user}:${password}@a b/` } }),
  );
  await run("build", 2, (place) =>
    place.write({ packages: { include: ["hello"], mirror: `http://${user}:${password}@[::zz]/` } }),
  );
});
