import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Minirootfs, readMinirootfs } from "../kit/apk-minirootfs.ts";
import { type ApkData, apkSigner } from "../kit/apk-package.ts";
import { apkProgram, placeRepository } from "../kit/apk-program.ts";
import { apkRepository } from "../kit/apk-repository.ts";
import { rootOfApks } from "../kit/apk-root.ts";
import { compareRoots } from "../kit/compare-roots.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { needsRoot } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

const sh = (...lines: string[]) => `#!/bin/sh\n${lines.join("\n")}\n`;
const base = ["alpine-baselayout", "/bin/sh"];
const capability = Buffer.from("0100000200040000000000000000000000000000", "hex");

/** What makes trouble in packages, one thing each. */
const odd: readonly ApkData[] = [
  {
    name: "accounts",
    files: {
      "etc/accounts.conf": { content: "secret", mode: 0o640, uid: 77, gid: 88, user: "root", group: "alpha" },
      "usr/bin/accounts": { content: "#!/bin/sh\n", mode: 0o4755, uid: 77, user: "alpha", group: "root" },
      "var/lib/accounts/": { mode: 0o750, uid: 77, gid: 88, user: "alpha", group: "alpha" },
      "var/lib/accounts/nobody": { content: "1", uid: 77, gid: 88, user: "nosuch", group: "nosuch" },
    },
    scripts: {
      "pre-install": sh(
        "addgroup -S alpha 2>/dev/null",
        "adduser -S -D -H -h /var/lib/accounts -s /sbin/nologin -G alpha -g alpha alpha 2>/dev/null",
        "addgroup alpha tty 2>/dev/null",
        "addgroup alpha tty 2>/dev/null",
        "adduser -S gamma 2>/dev/null",
        "adduser -D beta",
        "adduser -D -u 1234 -G users -h /srv/delta -g 'The Delta,,,' delta",
        "adduser -D -S -u 1234 zeta 2>/dev/null && echo made >/etc/zeta",
        "addgroup -g 4321 omega",
        "addgroup later",
        "adduser beta omega",
        "addgroup nosuch omega 2>/dev/null || echo refused >/etc/refused",
        "addgroup -S -g 42 shadow 2>/dev/null || echo $? >/etc/taken",
        "exit 0",
      ),
    },
  },
  {
    name: "arguments",
    depends: ["busybox"],
    files: { "usr/share/arguments": "a" },
    scripts: {
      "pre-install": sh('echo "pre $0 $# $* $PATH $PWD" >/etc/pre-arguments'),
      "post-install":
        '#!/bin/busybox sh\necho "post $0 $# $*" >/etc/post-arguments\n/bin/busybox mkdir -p /srv/made\n',
    },
  },
  {
    name: "changes",
    files: { "srv/kept/": {}, "etc/changes.conf": "old = 1\n", "usr/share/changes/template": "new\n" },
    scripts: {
      "post-install": sh(
        "[ -e /etc/changed ] || cp /usr/share/changes/template /etc/changed",
        "chmod 600 /etc/changed",
        "chmod 750 /srv/kept",
        "ln -sf ../etc/changed /srv/link",
        "mkdir -p /var/lib/changes && chown 12:13 /var/lib/changes",
        "add-shell /bin/one /bin/two /bin/ash",
        "rc-update add changes >/dev/null 2>&1 || true",
      ),
      "post-upgrade": sh("exit 1"),
      "pre-deinstall": sh("exit 1"),
    },
  },
  {
    name: "directory-a",
    files: { "srv/shared/": { mode: 0o775 }, "srv/mixed/": { uid: 5, gid: 6, mode: 0o777 } },
  },
  {
    name: "directory-b",
    files: { "srv/shared/": { mode: 0o757 }, "srv/mixed/": { uid: 2, gid: 9, mode: 0o711 } },
  },
  {
    name: "links",
    files: {
      "srv/first": { content: "shared", mode: 0o600 },
      "srv/second": { hardlink: "srv/first", mode: 0o600 },
      "srv/dangling": { link: "nowhere" },
      "srv/setgid": { content: "", mode: 0o2755 },
    },
  },
  {
    name: "attributes",
    files: {
      "usr/bin/attributes": { content: "x", mode: 0o755, attributes: { "security.capability": capability } },
    },
  },
  { name: "replaced", origin: "one", files: { "srv/contended": "replaced", "srv/replaced": "1" } },
  { name: "replacing", origin: "two", replaces: ["replaced<2"], files: { "srv/contended": "replacing" } },
  {
    name: "strong",
    provides: ["cmd:st=1.0-r0"],
    replaces: ["weak"],
    replacesPriority: 7,
    files: { "srv/prior": "strong" },
  },
  {
    name: "weak",
    replaces: ["strong"],
    replacesPriority: 3,
    files: { "srv/prior": "weak", "srv/weak": "1" },
  },
  {
    name: "through-links",
    depends: ["alpine-baselayout"],
    files: { "var/run/through": "run", "var/lock/": {} },
  },
  {
    name: "own-files",
    files: {
      "etc/own.conf": "packaged",
      "etc/own-kept": "packaged",
      "srv/owned/data": "1",
      "srv/opened/": {},
      "srv/own-replaced": "packaged",
      "srv/own-link": { link: "owned" },
    },
    scripts: {
      "pre-install": sh(
        "[ -e /etc/own.conf ] || [ -e /srv/owned ] || [ -L /srv/own-link ] || echo not yet >/etc/own-before",
        "[ -d /srv ] && [ -d /srv/owned ] && echo there >>/etc/own-before",
        "for i in /etc/own.*; do [ -f $i ] && echo $i >>/etc/own-before; done",
        "chown 5:6 /srv/owned 2>/dev/null || echo nothing to own >>/etc/own-before",
        "mkdir -p /srv/opened && chmod 750 /srv/opened",
        "for name in /etc/own-kept /srv/own-replaced; do echo a script >$name; done",
        "adduser -S -D -h /srv/owned/home own 2>/dev/null",
        "exit 0",
      ),
      "post-install": sh("[ -e /etc/own.conf ] && [ -e /srv/own-link/data ] && echo now >/etc/own-after"),
    },
  },
  {
    name: "shell",
    files: { "srv/shell": "1" },
    scripts: {
      "pre-install": sh(
        "addgroup -S 3d &>/dev/null",
        "for n in $(seq -w 8 11); do adduser -S -D -H -G 3d builder$n >&/dev/null; done",
        "cat /nowhere &>/etc/both || echo $? &>/etc/status",
        "echo last >&/etc/last",
      ),
    },
  },
  {
    name: "java",
    triggers: ["/usr/lib/jvm"],
    files: { "usr/lib/jvm/": {}, "usr/lib/jvm/java-17/bin/java": { content: "j", mode: 0o755 } },
    scripts: {
      trigger: sh(
        'cd "$1"',
        "best=$(ls -d java-* | sort -Vr | head -1)",
        '[ -z "$best" ] || ln -sfn "$best" default-jvm',
        `echo "\${0##*/} \${1%%/jvm}" "[\${2%-r*}]" >/etc/java`,
      ),
    },
  },
  {
    name: "trigger",
    triggers: ["/srv/watched*", "/srv/watched/*/deep", "/nowhere"],
    files: { "srv/other/": {} },
    scripts: { trigger: sh('for i in "$@"; do touch "$i/fired"; done', 'echo "$#" >/etc/fired') },
  },
  { name: "untriggered", triggers: ["/nowhere"], scripts: { trigger: sh("touch /etc/untriggered") } },
  {
    name: "watched",
    depends: ["trigger"],
    files: {
      "srv/watched/": {},
      "srv/watched-too/file": "1",
      "srv/watched/some/deep/": {},
      "srv/watched/some/not/": {},
    },
  },
  { name: "conditional", installIf: ["watched", "links=1.0-r0"], files: { "srv/conditional": "1" } },
  { name: "unconditional", installIf: ["watched", "missing"], files: { "srv/unconditional": "1" } },
];

/** Paths on which the two differ, and why. */
const explained: Readonly<Record<string, string>> = {
  "dev/console": "apk makes a few devices, so that its scripts find them",
  "dev/null": "the same",
  "dev/random": "the same",
  "dev/urandom": "the same",
  "dev/zero": "the same",
  "etc/group-": "busybox keeps what the file was before",
  "etc/both": "what programs complain of is not followed",
  "etc/own-kept.apk-new": "apk lays the package's beside what is kept",
  "etc/passwd-": "the same",
  "etc/shadow": "accounts have a day on which they were made",
  "etc/shadow-": "busybox keeps what the file was before",
  "lib/apk/db/lock": "apk makes it when it needs it",
  "lib/apk/exec": "while apk runs scripts, they stand there, for its own eyes",
  proc: "apk mounts the kernel's there, for its scripts",
  "srv/kept": "apk 2 gives a package's folders back what the package says, apk 3 leaves them as scripts do",
  "run/through": "the link /var/run leads apk out of the root that it was given",
  "var/cache/apk": "apk makes it when it needs it",
};

/** Contents that are compared first, since they say what went wrong. */
const compared = [
  "lib/apk/db/installed",
  "lib/apk/db/triggers",
  "etc/apk/world",
  "etc/passwd",
  "etc/shadow",
  "etc/pre-arguments",
  "etc/post-arguments",
];

/** A file without the day on which accounts were made. */
async function text(root: string, name: string): Promise<string> {
  return (await readFile(join(root, name), "utf8")).replace(/:!:[0-9]{5}:/g, ":!:DAY:");
}

/** A repository of the minirootfs's packages and some more, beside the real apk that installs from it. */
async function repositoryOf(folder: string, more: readonly ApkData[]) {
  const { packages, world }: Minirootfs = await readMinirootfs();
  const signer = apkSigner();
  const peer = await apkProgram(folder);
  await writeFile(join(peer.root, "etc/apk/keys", signer.name), signer.publicPem);
  await placeRepository(peer, "repository", apkRepository([...packages, ...more], { signer }));
  const made = join(peer.root, "made");
  await mkdir(made);
  const where = ["--root", "/made", "--initdb", "--arch", "x86_64", "--keys-dir", "/etc/apk/keys"];
  const add = (...names: string[]) => peer.run("add", ...where, "--no-cache", "-X", "/repository", ...names);
  return { packages, world, made, add, signer };
}

test("packages become the very root that the real apk makes of them, database and all", async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    const more = odd.map((data) => ({ ...data, depends: [...base, ...(data.depends ?? [])] }));
    const { packages, world, made, add, signer } = await repositoryOf(folder, more);
    const named = more.map(({ name }) => name).filter((name) => !/conditional/.test(name));
    const ways: Readonly<Record<string, string>> = {
      links: "links>=1.0-r0",
      weak: "weak~=1.0",
      strong: "cmd:st",
    };
    const asked = [...world, ...named.map((name) => ways[name] ?? name)];
    const added = await add(...asked);
    expect(added.code, added.text).toBe(0);

    const chosen = [...packages, ...more].filter(({ name }) => name !== "unconditional");
    const own = await rootOfApks(folder, chosen, { world: [...world, ...named], include: asked, signer });
    for (const name of compared) expect(await text(own.folder, name), name).toBe(await text(made, name));
    const differences = compareRoots(folderRoot(made), folderRoot(own.folder), {
      names: ["apk's", "tare's"],
    });
    expect(differences.filter(({ path }) => explained[path] === undefined)).toEqual([]);
    expect(own.root.coverage.filter(({ verdict }) => verdict === "needs-you")).toEqual([]);
  });
}, 120_000);

test("where folders are links, files lie where the links lead and stand in the database as packages spell them", async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    const merged: readonly ApkData[] = [
      {
        name: "layout",
        files: { "usr/bin/": {}, bin: { link: "usr/bin" }, sbin: { link: "usr/bin" } },
      },
      {
        name: "tool",
        depends: ["layout"],
        triggers: ["/bin"],
        files: { "bin/tool": { content: "t", mode: 0o755 }, "sbin/tools/data": "1", "usr/bin/other": "2" },
      },
    ];
    const { made, add, signer } = await repositoryOf(folder, merged);
    const added = await add("layout", "tool");
    expect(added.code, added.text).toBe(0);
    const own = await rootOfApks(folder, merged, { signer });
    for (const name of compared.slice(0, 3))
      expect(await text(own.folder, name), name).toBe(await text(made, name));
    const differences = compareRoots(folderRoot(made), folderRoot(own.folder), {
      names: ["apk's", "tare's"],
    });
    // apk begins with a few folders of its own.
    const skeleton = /^(?:dev|tmp|var(?:\/cache(?:\/misc)?)?)$/;
    const unexplained = differences.filter(
      ({ path }) => explained[path] === undefined && !skeleton.test(path),
    );
    expect(unexplained).toEqual([]);
  });
}, 120_000);

test("a path that two packages want goes where the real apk gives it, or nowhere", async (context) => {
  needsRoot(context);
  const pairs: readonly (readonly [Partial<ApkData>, Partial<ApkData>])[] = [
    [{}, {}],
    [{ origin: "one" }, { origin: "one" }],
    [{ origin: "one", replaces: ["b"], replacesPriority: 2 }, { origin: "one" }],
    [{ replaces: ["b"] }, {}],
    [{}, { replaces: ["a"] }],
    [{ replaces: ["b>1.0-r0"] }, {}],
    [{ replaces: ["b"] }, { replaces: ["a"] }],
    [
      { replaces: ["b"], replacesPriority: 2 },
      { replaces: ["a"], replacesPriority: 1 },
    ],
    [{ replaces: ["b"] }, { replaces: ["a"], replacesPriority: 1 }],
    [{ replacesPriority: 5 }, { replaces: ["a"] }],
  ];
  for (const pair of pairs)
    await withFolder(async (folder) => {
      const two = pair.map((data, at): ApkData => {
        const name = "ab"[at] as string;
        return { ...data, name, files: { "srv/contended": name, [`srv/${name}`]: "" } };
      });
      const { made, add } = await repositoryOf(folder, two);
      const { code } = await add("a", "b");
      const theirs = code === 0 ? await text(made, "srv/contended") : "conflict";
      const ours = await rootOfApks(folder, two).then(
        (own) => text(own.folder, "srv/contended"),
        (error) => (error.problem?.code === "FILE_CONFLICT" ? "conflict" : String(error)),
      );
      expect(ours, JSON.stringify(pair)).toBe(theirs);
    });
}, 120_000);
