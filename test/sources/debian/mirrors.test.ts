import { expect, test } from "vitest";
import { parseDeb822Sources, parseOneLineSources } from "../../../src/sources/debian/apt-sources.ts";
import { hostKeyring } from "../../../src/sources/debian/host-keyring.ts";
import { chooseMirror, type MirrorQuestion } from "../../../src/sources/debian/mirrors.ts";
import { expandSnapshot } from "../../../src/sources/debian/snapshot.ts";
import { hostWith } from "../../kit/host-files.ts";
import { makeSigningKey } from "../../kit/signing-key.ts";

const osRelease = 'ID=debian\nVERSION_CODENAME="bookworm"\n';
const debianHost = {
  "/etc/os-release": osRelease,
  "/etc/apt/sources.list.d/debian.sources": `# the archive
Types: deb deb-src
URIs: http://one.example/debian/
 http://two.example/debian
Suites: bookworm bookworm-updates
# a comment in between
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://one.example/debian-security
Suites: bookworm-security
Components: main contrib
Check-Valid-Until: no
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
};
const question: MirrorQuestion = {
  distribution: "debian",
  suite: "bookworm",
  components: ["main"],
  architectures: ["amd64"],
  mirrors: [],
};
const choose = (
  more: Partial<MirrorQuestion> = {},
  environment: Record<string, string> = {},
  files: Record<string, string> = debianHost,
) => chooseMirror({ ...question, ...more }, environment, hostWith(files));

test("deb822 sources are read: several addresses, comments, disabled entries, embedded keys", () => {
  const text = `Types: deb
URIs: http://mirror.example/x/
Suites: one two
Components: main
Architectures: amd64 arm64
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEZ
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/
Suites: one

Types: deb-src
URIs: http://src.example/
Suites: one
`;
  expect(parseDeb822Sources(text, "x.sources")).toEqual([
    {
      uris: ["http://mirror.example/x"],
      suites: ["one", "two"],
      components: ["main"],
      architectures: ["amd64", "arm64"],
      signedBy: {
        files: [],
        fingerprints: [],
        embedded: "\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----",
      },
      checkValidUntil: true,
      file: "x.sources",
    },
  ]);
});

test("one-line sources are read: options, comments, sources left out", () => {
  const text = `# deb http://off.example/ one main
deb [ arch=amd64,arm64 signed-by=/a.gpg,/b.gpg check-valid-until=no ] http://mirror.example/x/ one main contrib # mine
deb-src http://mirror.example/x one main

deb [signed-by=0123456789ABCDEF0123456789ABCDEF01234567!] file:/srv/flat ./
`;
  const [first, second, ...more] = parseOneLineSources(text, "x.list");
  expect(more).toEqual([]);
  expect(first).toEqual({
    uris: ["http://mirror.example/x"],
    suites: ["one"],
    components: ["main", "contrib"],
    architectures: ["amd64", "arm64"],
    signedBy: { files: ["/a.gpg", "/b.gpg"], fingerprints: [], embedded: undefined },
    checkValidUntil: false,
    file: "x.list",
  });
  expect(second).toMatchObject({
    uris: ["file:/srv/flat"],
    suites: ["./"],
    signedBy: { fingerprints: ["0123456789ABCDEF0123456789ABCDEF01234567"] },
  });
  expect(() => parseOneLineSources("deb http://mirror.example\n", "x.list")).toThrow(
    "x.list:1 is not a sound apt",
  );
});

test("the recipe comes before the environment, and that before the host", async () => {
  const environment = { TARE_DEBIAN_MIRROR: "http://env.example/debian/ http://env2.example/debian" };
  expect(await choose({ mirrors: ["http://recipe.example/debian/"] }, environment)).toMatchObject({
    mirrors: ["http://recipe.example/debian"],
    said: "the recipe",
    origin: undefined,
  });
  expect(await choose({}, environment)).toMatchObject({
    mirrors: ["http://env.example/debian", "http://env2.example/debian"],
    said: "TARE_DEBIAN_MIRROR",
  });
  expect(await choose()).toEqual({
    mirrors: ["http://one.example/debian", "http://two.example/debian"],
    said: "/etc/apt/sources.list.d/debian.sources",
    signedBy: {
      files: ["/usr/share/keyrings/debian-archive-keyring.gpg"],
      fingerprints: [],
      embedded: undefined,
    },
    origin: "Debian",
    checkValidUntil: true,
  });
});

test("security suites come from the archive of their own", async () => {
  const security = { suite: "bookworm-security" };
  expect(await choose(security)).toMatchObject({
    mirrors: ["http://one.example/debian-security"],
    checkValidUntil: false,
  });
  const environment = {
    TARE_DEBIAN_MIRROR: "http://a.example",
    TARE_DEBIAN_SECURITY_MIRROR: "http://b.example",
  };
  expect((await choose(security, environment)).mirrors).toEqual(["http://b.example"]);
  const ubuntu = { distribution: "ubuntu", suite: "noble-security" };
  expect((await choose(ubuntu, { TARE_UBUNTU_MIRROR: "http://u.example" })).mirrors).toEqual([
    "http://u.example",
  ]);
});

test("another suite of the host's distribution comes from the same archive", async () => {
  for (const suite of ["trixie", "sid", "trixie-backports"])
    expect((await choose({ suite })).mirrors[0]).toBe("http://one.example/debian");
  expect((await choose({ suite: "trixie-security" })).mirrors).toEqual([
    "http://one.example/debian-security",
  ]);
});

test("another distribution does not come from this host's archive", async () => {
  await expect(choose({ distribution: "ubuntu", suite: "noble" })).rejects.toThrow(
    'No mirror is known for ubuntu noble: name one with "mirror" in the recipe or in TARE_UBUNTU_MIRROR.',
  );
  await expect(choose({}, {}, {})).rejects.toMatchObject({ code: "MIRROR_UNKNOWN" });
});

test("a stranger's repository with the suite's name comes after the distribution's own", async () => {
  const files = {
    "/etc/apt/sources.list.d/a.list":
      "deb [signed-by=/etc/apt/keyrings/stranger.gpg] http://stranger.example/debian bookworm main\n",
    ...debianHost,
  };
  expect((await choose({}, {}, files)).mirrors[0]).toBe("http://one.example/debian");
});

test("a list of mirrors on the host is read; what we cannot speak is left out", async () => {
  const files = {
    "/etc/os-release": osRelease,
    "/etc/apt/mirrors/debian.list": "http://listed.example/debian/\tpriority:1\n# no\nfile:/srv/debian\n",
    "/etc/apt/sources.list": `deb cdrom:[x]/ bookworm main
deb tor+http://onion.example/ bookworm main
deb mirror+file:/etc/apt/mirrors/debian.list bookworm main
`,
  };
  expect((await choose({}, {}, files)).mirrors).toEqual(["http://listed.example/debian", "file:/srv/debian"]);
});

test("a snapshot takes its address from the recipe or its variable, never from the host", async () => {
  const snapshot = { snapshot: "2025-05-20" };
  await expect(choose(snapshot)).rejects.toThrow("No mirror is known for snapshots of debian");
  const environment = { TARE_DEBIAN_SNAPSHOT: "http://past.example/{archive}/{timestamp}/" };
  expect(await choose({ ...snapshot, suite: "bookworm-security" }, environment)).toMatchObject({
    mirrors: ["http://past.example/debian-security/20250520T000000Z"],
    checkValidUntil: false,
  });
  expect(expandSnapshot("http://x.example/{timestamp}", "2025-05-20T10:30:00Z", "debian")).toBe(
    "http://x.example/20250520T103000Z",
  );
  expect(() => expandSnapshot("http://x.example/", "2025-05-20", "debian")).toThrow("has {timestamp}");
  for (const wrong of ["2025-02-30", "yesterday", "2025-05-20T10:30"])
    expect(() => expandSnapshot("http://x.example/{timestamp}", wrong, "debian")).toThrow(
      "a snapshot is a day",
    );
});

test("an address that is none is refused", async () => {
  await expect(choose({ mirrors: ["mirror.example/debian"] })).rejects.toMatchObject({ code: "BAD_URL" });
  await expect(choose({}, { TARE_DEBIAN_MIRROR: "ftp://mirror.example" })).rejects.toThrow(
    "only http, https",
  );
});

test("the keyring is the one that the source names, else the distribution's, else what apt trusts", async () => {
  const [one, two] = [await makeSigningKey(), await makeSigningKey()];
  const host = hostWith({
    "/named.gpg": Buffer.concat([one.keyring, two.keyring]),
    "/usr/share/keyrings/debian-archive-keyring.gpg": two.keyring,
    "/etc/apt/trusted.gpg.d/x.asc": one.armoredKeyring,
    "/etc/apt/trusted.gpg.d/README": "not a keyring",
  });
  const none = { files: [], fingerprints: [], embedded: undefined };
  const prints = async (...args: [string, Parameters<typeof hostKeyring>[2]]) =>
    (await hostKeyring("Release", ...args, host)).keys.map((key) => key.getFingerprint().toUpperCase());
  expect(await prints("debian", { ...none, files: ["/named.gpg"] })).toEqual([
    one.fingerprint,
    two.fingerprint,
  ]);
  expect(await prints("debian", { ...none, files: ["/named.gpg"], fingerprints: [two.fingerprint] })).toEqual(
    [two.fingerprint],
  );
  expect(await prints("debian", { ...none, embedded: one.armoredKeyring })).toEqual([one.fingerprint]);
  expect(await prints("debian", undefined)).toEqual([two.fingerprint]);
  expect(await prints("ubuntu", undefined)).toEqual([one.fingerprint]);
  await expect(hostKeyring("Release of x", "ubuntu", undefined, hostWith({}))).rejects.toThrow(
    "There is no keyring to check Release of x with (looked for /usr/share/keyrings/ubuntu-archive-keyring.gpg, /etc/apt/trusted.gpg.d)",
  );
  await expect(
    hostKeyring("Release of x", "debian", { ...none, files: ["/gone.gpg"] }, host),
  ).rejects.toThrow("looked for /gone.gpg");
});
