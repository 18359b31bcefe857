import { access } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultSigningKey, makeSigningKey } from "../kit/signing-key.ts";
import { type Workplace, type WorkplaceData, withWorkplace } from "../kit/workplace.ts";

const inRelease = "dists/bookworm/InRelease";
const hello = { name: "hello", files: { "usr/bin/hello": "hi" } };

function change(place: Workplace, path: string, from: string | RegExp, to: string): void {
  const { files } = place.repository;
  const text = Buffer.from(files.get(path) ?? "").toString("latin1");
  files.set(path, Buffer.from(text.replace(from, to), "latin1"));
}

/** What a build says to this repository. Nothing may be left of it, and the store must be sound. */
async function refusal(
  data: Partial<WorkplaceData>,
  spoil: (place: Workplace) => unknown = () => undefined,
): Promise<{ code: number; says: string }> {
  const recipe = { packages: { include: ["hello"], ...data.recipe?.packages } };
  return withWorkplace(
    { packages: [hello], ...data, recipe: { ...data.recipe, ...recipe } },
    async (place) => {
      await spoil(place);
      const { code, out, notes } = await place.tare("build");
      expect(out).toBe("");
      for (const made of ["image", "tare.lock"])
        await expect(access(join(place.folder, made))).rejects.toThrow();
      expect(place.leftovers()).toEqual([]);
      expect((await place.tare("store verify")).code).toBe(0);
      return {
        code,
        says: notes.join("\n").replaceAll(place.mirrors[0]?.url as string, "http://mirror.example"),
      };
    },
  );
}

describe("a repository that nobody vouches for is refused:", () => {
  test("it is not signed", async () => {
    expect(await refusal({ keys: [], keyring: (await defaultSigningKey()).keyring })).toEqual({
      code: 1,
      says: 'Release of debian/bookworm is not signed; only "allow-unsigned: true" in the recipe accepts that.',
    });
  });

  test("its signature was taken away", async () => {
    const { code, says } = await refusal({ signed: "Release.gpg" }, ({ repository }) =>
      repository.files.delete("dists/bookworm/Release.gpg"),
    );
    expect({ code, says }).toEqual({ code: 1, says: expect.stringMatching(/^Release of .* is not signed;/) });
  });

  test("its key is not in the keyring", async () => {
    const { keyring } = await makeSigningKey();
    const id = (await defaultSigningKey()).fingerprint.slice(-16);
    expect(await refusal({ keyring })).toEqual({
      code: 1,
      says: `No signature of InRelease of debian/bookworm can be trusted: key ${id}: it is not in the keyring (looked in keys.gpg; "keyring" in the recipe names another).`,
    });
  });

  test("it was changed after it was signed", async () => {
    const { code, says } = await refusal({}, (place) =>
      change(place, inRelease, "Origin: Test", "Origin: Evil"),
    );
    expect(code).toBe(1);
    expect(says).toMatch(
      /it does not fit the text, which was changed after it was signed; nothing of it was used\.$/,
    );
  });

  test("there is text before or after what was signed", async () => {
    for (const [from, to] of [
      [/^/, "Origin: Evil\n"],
      [/$/, "Origin: Evil\n"],
    ] as const) {
      const { code, says } = await refusal({}, (place) => change(place, inRelease, from, to));
      expect({ code, says }).toEqual({
        code: 1,
        says: expect.stringMatching(/is not a cleanly signed text/),
      });
    }
  });

  test("another key than the pinned one signed it", async () => {
    const pinned = (await makeSigningKey()).fingerprint;
    const { fingerprint } = await defaultSigningKey();
    expect(await refusal({ recipe: { packages: { keys: [pinned] } } })).toEqual({
      code: 1,
      says: `InRelease of debian/bookworm is signed by ${fingerprint}, but not by ${pinned}, which "keys" asks for.`,
    });
  });

  test("a login page stands in its place", async () => {
    const page = Buffer.from("<html>Please log in</html>");
    const { code, says } = await refusal({}, ({ repository }) => repository.files.set(inRelease, page));
    expect(code).toBe(1);
    expect(says).toMatch("it is a web page; perhaps the mirror or a proxy wants a login");
  });

  test("the keyring is not there, or is none", async () => {
    const absent = await refusal({ recipe: { packages: { keyring: "none.gpg" } } });
    expect(absent).toEqual({
      code: 2,
      says: expect.stringMatching(/There is no .*none\.gpg: the recipe names it/),
    });
    const { code, says } = await refusal({ keyring: Buffer.from("no key") });
    expect(code).toBe(3);
    expect(says).toBe("keys.gpg is not a sound OpenPGP keyring: there is no public key block in it.");
  });
});

describe("a repository that is not what it should be is refused:", () => {
  test("its Release has expired", async () => {
    expect(await refusal({ validUntil: new Date("2025-02-01T00:00:00Z") })).toEqual({
      code: 1,
      says: "Release of debian/bookworm was valid until 2025-02-01T00:00:00Z and is not any more: the mirror is out of date, or somebody replays an old state; ask another mirror.",
    });
  });

  test("it is from the future", async () => {
    const { code, says } = await refusal({ date: new Date("2099-01-01T00:00:00Z") });
    expect({ code, says }).toEqual({
      code: 1,
      says: expect.stringMatching(/from the future \(2099-01-01\)/),
    });
  });

  test("its Release is that of another suite", async () => {
    const { code, says } = await refusal({ release: { Codename: "trixie", Suite: "testing" } });
    expect(code).toBe(1);
    expect(says).toBe(
      "Release of debian/bookworm is testing, trixie, but bookworm was asked for; nothing of it was used.",
    );
  });

  test("its Packages file is not the one that Release vouches for", async () => {
    const packages = "dists/bookworm/main/binary-amd64/Packages";
    const { code, says } = await refusal({ byHash: false, indexes: ["none"] }, (place) =>
      change(place, packages, "hello", "hullo"),
    );
    expect(code).toBe(3);
    expect(says).toMatch(
      /^The indexes of debian\/bookworm do not fit its Release of 2025-01-01T00:00:00Z \(the mirror is being updated, or is broken; try again later, or ask another mirror\): debian\/bookworm main amd64 of http:\/\/mirror.example\/dists\/bookworm\/main\/binary-amd64\/Packages has the digest sha256:\w+ \(\d+ bytes\), but sha256:\w+ was expected; it was not used\.$/,
    );
  });

  test("its Packages file is gone", async () => {
    const packages = "dists/bookworm/main/binary-amd64/Packages";
    const { code, says } = await refusal({ byHash: false, indexes: ["none"] }, ({ repository }) =>
      repository.files.delete(packages),
    );
    expect(code).toBe(3);
    expect(says).toBe(
      `debian/bookworm main amd64 could not be fetched: http://mirror.example/${packages}: it answered 404.`,
    );
  });
});

describe("what a repository does not have is said plainly:", () => {
  test("a suite", async () => {
    expect(await refusal({ recipe: { packages: { suite: ["bokworm"] } } })).toEqual({
      code: 2,
      says: 'There is no suite "bokworm" at http://mirror.example/.',
    });
  });

  test("a component and an architecture", async () => {
    const says =
      "debian/bookworm has no packages of component contrib for amd64; it has the components main for amd64.";
    expect(await refusal({ recipe: { packages: { components: ["contrib"] } } })).toEqual({ code: 2, says });
    const { code, says: other } = await refusal({ recipe: { platforms: ["linux/arm64"] } });
    expect({ code, other }).toEqual({
      code: 2,
      other: expect.stringMatching(/main for arm64; it has .* for amd64/),
    });
  });

  test("a package, with the one that was probably meant", async () => {
    expect(await refusal({ recipe: { packages: { include: ["helo"] } } })).toEqual({
      code: 1,
      says: "helo cannot be had:\n  helo: no repository has it; did you mean hello?",
    });
  });

  test("a version", async () => {
    expect(await refusal({ recipe: { packages: { include: ["hello=2.0"] } } })).toEqual({
      code: 1,
      says: "hello=2.0 cannot be had:\n  hello=2.0: there is only hello 1.0 in debian/bookworm",
    });
  });

  test("a needed version, and packages that cannot be together", async () => {
    const newer = [{ ...hello, fields: { Depends: "world (>= 2)" } }, { name: "world" }];
    expect(await refusal({ packages: newer })).toEqual({
      code: 1,
      says: "hello cannot be had:\n  hello 1.0 needs world (>= 2), but there is only world 1.0",
    });
    const hostile = [
      { ...hello, fields: { Depends: "world" } },
      { name: "world", fields: { Conflicts: "hello" } },
    ];
    expect(await refusal({ packages: hostile })).toEqual({
      code: 1,
      says: "hello cannot be had:\n  hello 1.0 needs world\n  world 1.0 conflicts with hello 1.0",
    });
  });

  test("a package that is excluded, and needed", async () => {
    const packages = [{ ...hello, fields: { Depends: "world" } }, { name: "world" }];
    expect(await refusal({ packages, recipe: { packages: { exclude: ["world"] } } })).toEqual({
      code: 1,
      says: "hello cannot be had:\n  hello 1.0 needs world, but world is excluded",
    });
  });
});

test("what was allowed to be unsigned is taken, and the report says so", async () => {
  const recipe = { packages: { include: ["hello"], "allow-unsigned": true } };
  await withWorkplace({ packages: [hello], keys: [], recipe }, async (place) => {
    const { code, notes } = await place.tare("build");
    expect(code).toBe(0);
    expect(notes).toContain("Nobody vouches for debian/bookworm: the recipe allows it unsigned.");
  });
});
