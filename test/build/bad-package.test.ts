import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { blobFile } from "../../src/store/disk-store.ts";
import { arOf, buildDebianPackage } from "../kit/debian-package.ts";
import { rawTarHeader } from "../kit/raw-tar.ts";
import { type Workplace, withWorkplace } from "../kit/workplace.ts";

const hello = { name: "hello", files: { "usr/bin/hello": "hi" } };
const sound = Buffer.from((await buildDebianPackage(hello)).bytes);
const control = memberOf(sound, "control.tar.gz");
const pool = "pool/main/h/hello/hello_1.0_amd64.deb";

function memberOf(deb: Buffer, name: string): Buffer {
  const at = deb.indexOf(name.padEnd(16));
  return deb.subarray(at + 60, at + 60 + Number(deb.subarray(at + 48, at + 58).toString()));
}

function withSize(member: string, size: string): Buffer {
  const deb = Buffer.from(sound);
  deb.write(size.padEnd(10), deb.indexOf(member.padEnd(16)) + 48);
  return deb;
}

function debOf(data: Uint8Array, name = "data.tar.gz", controlTar: Uint8Array = control): Buffer {
  return arOf(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar.gz", controlTar],
      [name, data],
    ],
    1_704_067_200,
  );
}

const content = Buffer.concat([Buffer.from("hi"), Buffer.alloc(510)]);
const tarOf = (...blocks: Uint8Array[]) => gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
const file = (path: string) => Buffer.concat([rawTarHeader({ path, size: 2 }), content]);

/** What a build says to a package that its signed index vouches for. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const recipe = { packages: { include: ["hello"] } };
  return withWorkplace({ packages: [{ ...hello, bytes }], recipe }, async (place) => {
    const { code, out, notes } = await place.tare("build --quiet");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    await expect(access(join(place.folder, "image"))).rejects.toThrow();
    expect(place.leftovers()).toEqual([]);
    expect((await place.tare("store verify")).code).toBe(0);
    expect(notes).toHaveLength(1);
    return notes[0] as string;
  });
}

describe("a signed package that is not sound is refused:", () => {
  test("no ar archive", async () => {
    const says = "hello 1.0 is not a sound ar archive: it does not begin as one.";
    expect(await refusal(Buffer.from("<html>not here</html>"))).toBe(says);
    expect(await refusal(Buffer.from(""))).toBe(says);
  });

  test("an ar archive whose sizes lie", async () => {
    for (const size of ["99999999", "9999999999"])
      expect(await refusal(withSize("data.tar.gz", size))).toMatch(
        new RegExp(`^hello 1.0: data.tar.gz ends after \\d+ bytes, but ${size} were expected\\.$`),
      );
    expect(await refusal(withSize("data.tar.gz", "-5"))).toMatch(
      /size of its member data.tar.gz is not a number/,
    );
    for (const member of ["control.tar.gz", "data.tar.gz"])
      expect(await refusal(withSize(member, "11"))).toMatch(/^hello 1\.0 .*(?:is not a sound|ends after)/);
  });

  test("parts that are missing", async () => {
    const members: [string, Uint8Array][] = [["debian-binary", Buffer.from("2.0\n")]];
    expect(await refusal(arOf(members, 0))).toMatch(/^hello 1\.0 is not a sound Debian package: /);
    expect(await refusal(arOf([...members, ["control.tar.gz", control]], 0))).toMatch(
      /it has no data\.tar\.$/,
    );
    expect(await refusal(debOf(tarOf(), "data.tar.gz", tarOf(file("./postinst"))))).toMatch(
      /no control file\.$/,
    );
  });

  test("paths and links that lead out of the root", async () => {
    for (const path of ["./../../etc/passwd", "./usr/../../../etc/passwd", ".."])
      expect(await refusal(debOf(tarOf(file(path))))).toBe(
        `hello 1.0 is not a sound tar: the path "${path}" leads out of the root.`,
      );
    const link = rawTarHeader({ path: "./usr/x", type: "1", link: "../../etc/passwd", size: 0 });
    expect(await refusal(debOf(tarOf(link)))).toMatch(
      /the path "\.\.\/\.\.\/etc\/passwd" leads out of the root/,
    );
  });

  test("a tar that ends early, or is none", async () => {
    expect(await refusal(debOf(gzipSync(rawTarHeader({ path: "./usr/a", size: 5000 }))))).toBe(
      "hello 1.0: usr/a ends after 0 bytes, but 5000 were expected.",
    );
    expect(await refusal(debOf(gzipSync(Buffer.alloc(5000, "A"))))).toMatch(
      /^hello 1\.0 is not a sound tar: /,
    );
    expect(await refusal(debOf(memberOf(sound, "data.tar.gz").subarray(0, -12)))).toMatch(
      /^hello 1\.0 .*unexpected end of file/,
    );
  });

  test("a decompression bomb, which is not unpacked to its end", async () => {
    const part = zstdCompressSync(Buffer.alloc(64 << 20));
    // Manuals are left out, so the test need not compress what is read.
    const head = zstdCompressSync(rawTarHeader({ path: "./usr/share/man/big", size: 2 ** 32 }));
    expect(await refusal(debOf(Buffer.concat([head, ...Array(64).fill(part)]), "data.tar.zst"))).toBe(
      `hello 1.0, unpacked, is larger than the limit of ${2 ** 30} bytes; it was not read further.`,
    );
    expect(await refusal(debOf(tarOf(), "data.tar.gz", gzipSync(Buffer.alloc(100 << 20))))).toBe(
      `hello 1.0: its control archive is larger than the limit of ${2 ** 26} bytes; it was not read further.`,
    );
  });
});

test("a path of a package that stands below a link stays inside the image", async () => {
  const link = rawTarHeader({ path: "./usr/lib", type: "2", link: "/etc", size: 0 });
  const bytes = debOf(tarOf(link, file("./usr/lib/passwd"), file("/etc/motd")));
  const recipe = { packages: { include: ["hello"] }, to: ["dir:image"] };
  await withWorkplace({ packages: [{ ...hello, bytes }], recipe }, async (place) => {
    expect((await place.tare("build")).code).toBe(0);
  });
});

describe("a package that is not the one the lock names is not kept:", () => {
  const recipe = { packages: { include: ["hello"] } };
  async function spoiled(
    spoil: (deb: Buffer) => Buffer,
    use: (place: Workplace, says: string, code: number) => unknown,
  ) {
    await withWorkplace({ packages: [hello], recipe }, async (place) => {
      const { files } = place.repository;
      const right = files.get(pool) as Buffer;
      files.set(pool, spoil(Buffer.from(right)));
      const { code, out, notes } = await place.tare("build --quiet");
      expect(out).toBe("");
      expect(notes).toHaveLength(1);
      await use(
        place,
        (notes[0] as string).replace(`${place.mirrors[0]?.url}`, "http://mirror.example"),
        code,
      );
      expect(place.leftovers()).toEqual([]);
      files.set(pool, right);
      expect((await place.tare("build --quiet --locked")).code).toBe(0);
    });
  }

  test("another digest", async () => {
    const flipped = (deb: Buffer) => {
      deb[100] = (deb[100] as number) ^ 1;
      return deb;
    };
    await spoiled(flipped, (_place, says, code) => {
      expect(code).toBe(1);
      expect(says).toMatch(
        /^hello 1\.0 of http:\/\/mirror\.example\/pool\/\S+\.deb has the digest sha256:\w+ \(\d+ bytes\), but sha256:\w+ was expected; it was not used\.$/,
      );
    });
  });

  test("too short, or too long", async () => {
    await spoiled(
      (deb) => deb.subarray(0, 300),
      (_place, says, code) => {
        expect(code).toBe(3);
        expect(says).toMatch(
          /^hello 1\.0 of http:\/\/\S+\.deb ends after 300 bytes, but \d+ were expected\.$/,
        );
      },
    );
    await spoiled(
      (deb) => Buffer.concat([deb, Buffer.alloc(10)]),
      (_place, says, code) => {
        expect(code).toBe(3);
        expect(says).toMatch(/^hello 1\.0 of http:\/\/\S+\.deb goes on after the \d+ bytes/);
      },
    );
  });
});

test("a package that was damaged in the store is told apart, and the store heals itself", async () => {
  const recipe = { packages: { include: ["hello"] } };
  await withWorkplace({ packages: [hello], recipe }, async (place) => {
    expect((await place.tare("build --quiet")).code).toBe(0);
    const { createHash } = await import("node:crypto");
    const deb = place.repository.files.get(pool) as Uint8Array;
    const digest = `sha256:${createHash("sha256").update(deb).digest("hex")}` as const;
    const rotten = Buffer.from(deb);
    rotten[100] = (rotten[100] as number) ^ 1;
    await writeFile(blobFile(place.store, digest), rotten);
    // Another level needs another member, so the package is read again.
    const { code, notes } = await place.tare("build --quiet --compression gzip:9");
    expect({ code, notes }).toEqual({
      code: 3,
      notes: [
        `The store has lost or damaged ${digest} while it was in use; run \`tare store verify\` and build again.`,
      ],
    });
    expect((await place.tare("store verify")).code).toBe(1);
    expect((await place.tare("build --quiet --compression gzip:9")).code).toBe(0);
    expect((await place.tare("store verify")).code).toBe(0);
  });
});
