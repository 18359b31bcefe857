import { describe, expect, test } from "vitest";
import { type Files, printed, reading, timestamp } from "../../../kit/scripted-root.ts";

const accounts: Files = {
  "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nold:x:100:100::/:/bin/false\n",
  "etc/group": "root:x:0:\ntaken:x:101:\nnogroup:x:65534:\nshadow:x:42:\n",
};
const day = Math.floor(timestamp / 86_400);

describe("update-alternatives", () => {
  const files: Files = { "var/lib/": {}, "usr/bin/vi.a": "a", "usr/bin/vi.b": "b", "usr/share/man/a.1": "a" };
  const install = (path: string, priority: number, ...slaves: string[]) =>
    `update-alternatives --quiet --install /usr/bin/vi vi ${path} ${priority} ${slaves.join(" ")}`;

  test("makes both links and dpkg's record, and the highest priority wins", () => {
    const { verdict, made } = reading(
      `${install("/usr/bin/vi.a", 30)}\n${install("/usr/bin/vi.b", 40)}`,
      files,
    );
    expect(verdict).toBe("handled");
    expect(made).toEqual({
      "etc/alternatives": "/",
      "etc/alternatives/vi": "-> /usr/bin/vi.b",
      "usr/bin/vi": "-> /etc/alternatives/vi",
      "var/lib/dpkg/alternatives/vi": "auto\n/usr/bin/vi\n\n/usr/bin/vi.a\n30\n/usr/bin/vi.b\n40\n\n",
    });
  });

  test("makes the links of slaves whose file is there", () => {
    const slaves = ["man", "gone"].map((name) => {
      const file = name === "man" ? "/usr/share/man/a.1" : "/usr/share/gone";
      return `--slave /usr/share/${name}.1 vi-${name} ${file}`;
    });
    const { made } = reading(install("/usr/bin/vi.a", 1, ...slaves), files);
    expect(made["var/lib/dpkg/alternatives/vi"]).toBe(
      "auto\n/usr/bin/vi\nvi-gone\n/usr/share/gone.1\nvi-man\n/usr/share/man.1\n\n/usr/bin/vi.a\n1\n/usr/share/gone\n/usr/share/man/a.1\n\n",
    );
    expect(made["etc/alternatives/vi-man"]).toBe("-> /usr/share/man/a.1");
    expect(made["usr/share/man.1"]).toBe("-> /etc/alternatives/vi-man");
    expect(Object.keys(made).filter((path) => path.endsWith("gone"))).toEqual([]);
  });

  test("--set is manual, and stays so when a better one comes", () => {
    const script = `${install("/usr/bin/vi.a", 1)}; update-alternatives --set vi /usr/bin/vi.a; ${install("/usr/bin/vi.b", 9)}`;
    const { made } = reading(script, files);
    expect(made["etc/alternatives/vi"]).toBe("-> /usr/bin/vi.a");
    expect(made["var/lib/dpkg/alternatives/vi"]).toMatch(/^manual\n/);
  });

  test.each([
    ["a name with a path in it", "update-alternatives --install /usr/bin/vi ../../x /usr/bin/vi.a 1"],
    ["a relative link", "update-alternatives --install usr/bin/vi vi /usr/bin/vi.a 1"],
    ["a priority that is no number", "update-alternatives --install /usr/bin/vi vi /usr/bin/vi.a high"],
    ["half a slave", "update-alternatives --install /usr/bin/vi vi /usr/bin/vi.a 1 --slave /a"],
    ["a word of its own", "update-alternatives --config vi"],
  ])("%s is yours to look at", (_, script) => {
    expect(reading(script, files)).toMatchObject({ verdict: "needs-you", made: {} });
  });

  test("a file in the way of the link stays", () => {
    expect(
      reading(install("/usr/bin/vi.a", 1), { ...files, "usr/bin/vi": "mine" }).made["usr/bin/vi"],
    ).toBeUndefined();
  });

  test("10,000 names are one after another", { timeout: 120_000 }, () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `update-alternatives --install /usr/bin/n${index} n${index} /usr/bin/vi.a 1`,
    );
    expect(Object.keys(reading(lines.join("\n"), files).made)).toHaveLength(30_001);
  });
});

describe("accounts", () => {
  test("adduser --system takes the first number from 100 that is free", () => {
    const { made, verdict } = reading(
      "adduser --system --quiet --home /var/lib/a a; adduser --system --group b",
      accounts,
    );
    expect(verdict).toBe("handled");
    expect(made["etc/passwd"]).toBe(
      `${accounts["etc/passwd"]}a:!:101:65534::/var/lib/a:/usr/sbin/nologin\nb:!:102:100::/nonexistent:/usr/sbin/nologin\n`,
    );
    expect(made["etc/group"]).toBe(`${accounts["etc/group"]}b:x:100:\n`);
    expect(made["var/lib/a"]).toBe("/");
  });

  test("passwords go into the shadow files where there are some", () => {
    const files = { ...accounts, "etc/shadow": "root:*:1::::::\n", "etc/gshadow": "root:*::\n" };
    const { made } = reading("adduser --system --group --no-create-home a", files);
    expect(made["etc/passwd"]).toMatch(/\na:x:101:100::/);
    expect(made["etc/shadow"]).toBe(`root:*:1::::::\na:!:${day}::::::\n`);
    expect(made["etc/gshadow"]).toBe("root:*::\na:!::\n");
  });

  test("addgroup counts up from 100, groupadd and useradd --system down from 999", () => {
    const { made } = reading(
      "addgroup --system a; groupadd --system b; useradd --system --home-dir /x c",
      accounts,
    );
    expect(made["etc/group"]).toBe(`${accounts["etc/group"]}a:x:100:\nb:x:999:\nc:x:998:\n`);
    expect(made["etc/passwd"]).toMatch(/\nc:!:999:998::\/x:\/bin\/sh\n$/);
  });

  test("what is there stays, and a user joins a group once", () => {
    expect(reading("adduser --system old; addgroup --system taken", accounts).made).toEqual({});
    const { made } = reading("adduser old taken; adduser old taken; usermod -a -G shadow old", accounts);
    expect(made["etc/group"]).toBe("root:x:0:\ntaken:x:101:old\nnogroup:x:65534:\nshadow:x:42:old\n");
  });

  test("getent and id know the image's accounts, not this machine's", () => {
    expect(
      printed("getent passwd old; id -u old; id -gn root; getent group daemon || echo none", accounts),
    ).toBe("old:x:100:100::/:/bin/false\n100\nroot\nnone\n");
  });

  test("lines that are no accounts are kept and do no harm", () => {
    const odd = "\n::::\nroot\nx:y:z:w\nq:x:-5:abc::/:\n101\n\u0001\n";
    const { made, verdict } = reading("adduser --system --group a; chown a:a /etc/f", {
      "etc/passwd": odd,
      "etc/group": ":::\n",
      "etc/f": "",
    });
    expect(verdict).toBe("handled");
    expect(made["etc/passwd"]).toBe(`${odd.slice(1)}a:!:100:100::/nonexistent:/usr/sbin/nologin\n`);
  });

  test.each([
    ["without account files", "adduser --system a", {}],
    ["for a person", "adduser a", accounts],
    ["with a line break in its name", "adduser --system 'a\nb'", accounts],
    ["with a colon in its comment", "adduser --system --gecos a:0:0 a", accounts],
    ["with a number that is none", "adduser --system --uid 1e3 a", accounts],
    [
      "when all numbers are taken",
      "for i in 1 2 3; do adduser --system --firstuid 100 --lastuid 101 a$i; done",
      accounts,
    ],
  ])("%s it is yours to look at", (_, script, files) => {
    expect(reading(script, files).verdict).toBe("needs-you");
  });
});

describe("files", () => {
  const files: Files = {
    ...accounts,
    "etc/a": { content: "a", mode: 0o600 },
    "etc/d/f": "f",
    "etc/l": { link: "a" },
  };
  const entryOf = (script: string, path: string) => {
    const { entry, verdict } = reading(script, files);
    expect(verdict).toBe("handled");
    const { mode, uid, gid, type, link, content } = entry(path) ?? {};
    return { mode, uid, gid, type, link, content: content && Buffer.from(content).toString() };
  };

  test.each<[string, string, Partial<ReturnType<typeof entryOf>>]>([
    ["chmod 4755 /etc/a", "etc/a", { mode: 0o4755, content: "a" }],
    ["chmod u+x,g=r,o-rwx /etc/a", "etc/a", { mode: 0o740 }],
    ["chmod -R go-rwx /etc/d", "etc/d/f", { mode: 0o600 }],
    ["chmod 644 /etc/l", "etc/a", { mode: 0o644 }],
    ["chown old:shadow /etc/a", "etc/a", { uid: 100, gid: 42, mode: 0o600 }],
    ["chown -h old /etc/l", "etc/l", { uid: 100, type: "symlink", link: "a" }],
    ["chgrp 7 /etc/a", "etc/a", { uid: 0, gid: 7 }],
    [
      "install -m 640 -o old -g shadow /etc/a /etc/b",
      "etc/b",
      { mode: 0o640, uid: 100, gid: 42, content: "a" },
    ],
    ["install -d -m 1777 /etc/new/deep", "etc/new/deep", { mode: 0o1777, type: "directory" }],
    ["install -D /etc/a /etc/new/b", "etc/new/b", { mode: 0o755, content: "a" }],
    ["mkdir -m 700 /etc/new", "etc/new", { mode: 0o700, type: "directory" }],
    ["umask 077; mkdir /etc/new", "etc/new", { mode: 0o700 }],
    ["mkdir -p /etc/new/deep", "etc/new/deep", { mode: 0o755 }],
    ["cp /etc/a /etc/b", "etc/b", { mode: 0o600, content: "a" }],
    ["cp -a /etc/l /etc/m", "etc/m", { type: "symlink", link: "a" }],
    ["cp /etc/a /etc/d", "etc/d/a", { content: "a" }],
    ["ln -s a /etc/m", "etc/m", { type: "symlink", link: "a" }],
    ["ln -sf d/f /etc/l", "etc/l", { link: "d/f" }],
    ["touch /etc/new", "etc/new", { mode: 0o644, content: "" }],
    ["echo b >> /etc/d/f", "etc/d/f", { content: "fb\n" }],
    ["echo b > /etc/l", "etc/a", { content: "b\n", mode: 0o600 }],
  ])("%s", (script, path, wanted) => {
    expect(entryOf(script, path)).toMatchObject(wanted);
  });

  test("mv moves what a script made", () => {
    expect(reading("echo a > /etc/new.tmp; mv /etc/new.tmp /etc/new").made).toEqual({ "etc/new": "a\n" });
  });

  test("what a package brought and a script takes away stays, and is yours to look at", () => {
    const { verdict, notes } = reading("rm /etc/a", files);
    expect([verdict, notes]).toEqual(["needs-you", ["/etc/a should be taken away or changed"]]);
  });

  test("scratch files leave nothing", () => {
    expect(reading("f=$(mktemp); date > $f; rm -f $f /tmp/x; echo a > /tmp/y; touch /run/z").made).toEqual(
      {},
    );
  });

  test("paths with .. stay in the root", () => {
    const { made } = reading(
      "echo a > /etc/../../../x; mkdir -p ../../y; ln -s ../../../../up /etc/up; cp /etc/../../../x /etc/out/z",
      { "etc/out": { link: "../../../../.." } },
    );
    expect(made).toEqual({ x: "a\n", y: "/", z: "a\n", "etc/up": "-> ../../../../up" });
  });

  test("links that lead to each other lead nowhere", () => {
    const loop = { "etc/p": { link: "q" }, "etc/q": { link: "p" }, "etc/s": { link: "s/s" } };
    for (const script of [
      "cat /etc/p",
      "echo a > /etc/p",
      "cp /etc/s /etc/x",
      "chown root /etc/q",
      "mkdir -p /etc/p/x",
    ])
      expect(reading(script, loop)).toMatchObject({ verdict: "needs-you", made: {} });
    expect(reading("[ -e /etc/p ] || [ -L /etc/x ] || [ ! -d /etc/s/s/s ]", loop).verdict).toBe("harmless");
  });

  test.each([
    "rm -rf /",
    "rm -rf /etc/..",
    "cp -r /etc /x",
    "mv /etc /x",
    "sed -i s/a/b/ /etc/a",
    "find /etc -delete",
    "ln /etc/a /etc/b",
    "python3 -c 1",
    "curl http://mirror.example/",
    "sh /etc/a -c 1",
    "/usr/bin/frob",
  ])("%s is yours to look at", (script) => {
    expect(reading(script, files)).toMatchObject({ verdict: "needs-you", made: {} });
  });
});

describe("dpkg's own tools", () => {
  test("dpkg-divert writes dpkg's list", () => {
    const { made } = reading("dpkg-divert --package thing --add --rename --divert /etc/f.orig /etc/f", {});
    expect(made["var/lib/dpkg/diversions"]).toBe("/etc/f\n/etc/f.orig\nthing\n");
  });

  test("dpkg-statoverride writes dpkg's list and changes the file", () => {
    const { made, entry } = reading(
      "dpkg-statoverride --list /etc/f || dpkg-statoverride --update --add root shadow 2750 /etc/f",
      { ...accounts, "etc/f": "x" },
    );
    expect(made["var/lib/dpkg/statoverride"]).toBe("root shadow 2750 /etc/f\n");
    expect(entry("etc/f")).toMatchObject({ mode: 0o2750, uid: 0, gid: 42 });
  });

  test("dpkg --compare-versions orders as dpkg does, and knows the machine", () => {
    const script = `dpkg --compare-versions 1.0~rc lt 1.0 && echo 1
dpkg --compare-versions "$2" lt 1 && echo 2
dpkg --compare-versions "$2" lt-nl 1 || echo 3
dpkg --print-architecture`;
    expect(printed(script)).toBe("1\n2\n3\namd64\n");
  });

  test("dpkg-maintscript-helper has nothing to clean up", () => {
    expect(reading('dpkg-maintscript-helper rm_conffile /etc/x 1.0 -- "$@"').verdict).toBe("harmless");
  });
});

describe("configuration", () => {
  test("ucf copies once and remembers", () => {
    const { made } = reading("ucf --three-way /usr/share/x.conf /etc/x.conf; ucfr thing /etc/x.conf", {
      "usr/share/x.conf": "hi",
      "var/lib/": {},
    });
    expect(made).toMatchObject({
      "etc/x.conf": "hi",
      "var/lib/ucf/hashfile": "49f68a5c8493ec2c0bf489821c21fc3b  /etc/x.conf\n",
      "var/lib/ucf/registry": "thing \t /etc/x.conf\n",
    });
  });

  test("debconf answers with the templates' defaults, or what the script set", () => {
    const templates =
      "Template: thing/name\nType: string\nDefault: plain\nDescription: a\n\nTemplate: thing/other\nType: string\nDescription: b\n";
    const script = `. /usr/share/debconf/confmodule
db_get thing/name; echo "$RET" > /etc/a
db_set thing/other set; db_get thing/other; echo "$RET" > /etc/b`;
    expect(reading(script, {}, { templates }).made).toEqual({ "etc/a": "plain\n", "etc/b": "set\n" });
  });

  test("pam-auth-update puts the profiles that are on by default between the marks", () => {
    const template = (type: string) =>
      `# top\n# here are the per-package modules (the "Primary" block)\n$x\n# here's the fallback if no module succeeds\n${type}\trequisite\tpam_deny.so\n# and here are more per-package modules (the "Additional" block)\n# end of pam-auth-update config\n`;
    const types = ["auth", "account", "password", "session", "session-noninteractive"];
    const files: Record<string, string> = {
      "etc/pam.d/other": "",
      "var/lib/x": "",
      "usr/share/pam-configs/unix":
        "Name: Unix\nDefault: yes\nPriority: 256\nAuth-Type: Primary\nAuth:\n\t[success=end default=ignore]\tpam_unix.so try_first_pass\nAuth-Initial:\n\t[success=end default=ignore]\tpam_unix.so\n",
      "usr/share/pam-configs/off":
        "Name: Off\nDefault: no\nPriority: 500\nAuth-Type: Primary\nAuth:\n\trequired\tpam_off.so\n",
    };
    for (const type of types) files[`usr/share/pam/common-${type}`] = template(type);
    const { made, verdict } = reading("pam-auth-update --package", files);
    expect(verdict).toBe("handled");
    expect(made["etc/pam.d/common-auth"]).toMatch(
      /block\)\nauth\t\[success=1 default=ignore\]\tpam_unix\.so *\n# here's/,
    );
    expect(made["etc/pam.d/common-account"]).toContain("account\t[default=1]\t\t\tpam_permit.so\n");
  });

  test.each([
    "invoke-rc.d --quiet x start",
    "update-rc.d x defaults",
    "systemctl daemon-reload",
    "service x restart",
  ])("%s changes nothing", (script) => {
    expect(reading(script)).toMatchObject({ verdict: "harmless", made: {} });
  });

  test("the usual end of a service's script is harmless", () => {
    const script = `if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  deb-systemd-invoke start x.service >/dev/null || true
fi
if [ -x /etc/init.d/x ]; then update-rc.d x defaults >/dev/null; invoke-rc.d x start || exit 1; fi`;
    expect(reading(script)).toMatchObject({ verdict: "harmless", made: {} });
  });

  test("where update-ca-certificates is not, nothing is called, and a bundle of a package stays", () => {
    const bundle = { "etc/ssl/certs/ca-certificates.crt": "all of them" };
    expect(reading("update-ca-certificates 2>/dev/null || true", bundle)).toMatchObject({
      verdict: "harmless",
      made: {},
    });
    const program = { "usr/sbin/update-ca-certificates": "" };
    expect(reading("update-ca-certificates", { ...bundle, ...program })).toMatchObject({
      verdict: "needs-you",
      made: {},
    });
  });

  test("a certificate that is none is linked and bundled, and gets no hash", () => {
    const { made } = reading("update-ca-certificates", {
      "usr/sbin/update-ca-certificates": "",
      "usr/local/share/ca-certificates/x.crt":
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "usr/local/share/ca-certificates/empty.crt": "",
      "usr/local/share/ca-certificates/open.crt": "-----BEGIN CERTIFICATE-----\n".repeat(1000),
    });
    expect(Object.keys(made)).toEqual([
      "etc/ssl",
      "etc/ssl/certs",
      "etc/ssl/certs/ca-certificates.crt",
      "etc/ssl/certs/empty.pem",
      "etc/ssl/certs/open.pem",
      "etc/ssl/certs/x.pem",
    ]);
  });
});
