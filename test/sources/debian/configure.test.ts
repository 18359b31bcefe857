import { describe, expect, test } from "vitest";
import type { PackageData } from "../../kit/debian-package.ts";
import { configured, type Files } from "../../kit/scripted-root.ts";

const sh = (text: string) => `#!/bin/sh\nset -e\n${text}\n`;
const files: Files = {
  "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "etc/group": "root:x:0:\n",
  "usr/bin/tool": "x",
  "var/lib/": {},
};
const packages: readonly PackageData[] = [
  { name: "first", control: { preinst: sh("adduser --system --group first"), prerm: sh("frobnicate") } },
  {
    name: "second",
    control: {
      config: sh(". /usr/share/debconf/confmodule\ndb_input high second/q || true\ndb_go || true"),
      postinst: sh("update-alternatives --install /usr/bin/t t /usr/bin/tool 1; chown first /usr/bin/tool"),
      templates: "Template: second/q\nType: string\nDefault: x\nDescription: a\n",
    },
  },
  { name: "third", control: { postinst: sh("frobnicate\necho a > /etc/third"), postrm: sh("rm -rf /etc") } },
  { name: "fourth", control: { postinst: sh("systemctl daemon-reload") } },
];

describe("a root of packages, configured", () => {
  test("every script has its verdict, in dpkg's order", () => {
    const { coverage } = configured(files, packages);
    expect(coverage.map(({ package: name, script, verdict }) => `${name} ${script} ${verdict}`)).toEqual([
      "first preinst handled",
      "first prerm harmless",
      "fourth postinst harmless",
      "second config harmless",
      "second postinst handled",
      "third postinst needs-you",
      "third postrm harmless",
    ]);
    expect(coverage[5]?.notes).toEqual(["line 3, 'frobnicate' is not known: frobnicate"]);
    expect(coverage.every(({ notes }) => notes.length > 0)).toBe(true);
  });

  test("one package's script sees what another's made", () => {
    const { entry, made } = configured(files, packages);
    expect(entry("usr/bin/tool")).toMatchObject({ uid: 100, gid: 0 });
    expect(made["etc/third"]).toBe("a\n");
  });

  test("a preinst comes before its package's files, which take the places of what it makes, but for conffiles", () => {
    const owner = "own:amd64";
    const content = "packaged";
    const preinst = sh(
      "[ ! -e /usr/own ] && [ ! -d /srv/own ] && [ -e /usr/bin/tool ] && echo not yet >/etc/own-before\necho made >/usr/own\necho made >/etc/own.conf",
    );
    const { made, coverage } = configured(
      {
        ...files,
        "etc/own.conf": { owner, content },
        "usr/own": { owner, content },
        "srv/own/x": { owner, content },
        "srv/own/": { owner },
      },
      [
        {
          name: "own",
          files: { "etc/own.conf": content },
          control: { preinst, conffiles: "/etc/own.conf\n" },
        },
      ],
    );
    expect(coverage.map(({ verdict }) => verdict)).toEqual(["handled"]);
    expect(made["etc/own-before"]).toBe("not yet\n");
    expect(made["etc/own.conf"]).toBe("made\n");
    expect(made["usr/own"]).toBeUndefined();
  });

  test("entries come sorted, each path once, all of the given day", () => {
    const { entries } = configured(files, packages);
    const paths = entries.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)].sort());
    expect(entries.find(({ path }) => path === "etc/third")?.mtime).toBe(1_704_067_200);
  });

  test("the same input twice gives the same, in whatever order its objects were made", () => {
    const backwards = <Value>(record: Readonly<Record<string, Value>>) =>
      Object.fromEntries(Object.entries(record).reverse());
    const again = packages.map((one) => ({ ...one, control: backwards(one.control ?? {}) }));
    const plain = ({ entries, coverage }: ReturnType<typeof configured>) => ({ entries, coverage });
    expect(plain(configured(files, packages))).toEqual(plain(configured(files, packages)));
    expect(plain(configured(backwards(files), again))).toEqual(plain(configured(files, packages)));
  });

  test("a trigger that another package's script sets off is read, one that nothing sets off is harmless", () => {
    const waiting: PackageData = {
      name: "waiting",
      control: {
        triggers: "interest-noawait bell\ninterest-noawait /usr/share/none\n",
        postinst: sh('if [ "$1" = triggered ]; then echo "$2" > /etc/rung; fi'),
      },
    };
    const ringing: PackageData = {
      name: "ringing",
      control: { postinst: sh("dpkg-trigger --no-await bell") },
    };
    const rung = configured(files, [waiting, ringing]);
    expect(rung.made["etc/rung"]).toBe("bell\n");
    expect(rung.coverage.at(-1)).toMatchObject({ script: "triggers", verdict: "handled" });
    const quiet = configured(files, [waiting]);
    expect(quiet.made).toEqual({});
    expect(quiet.coverage.at(-1)).toMatchObject({ script: "triggers", verdict: "harmless" });
  });

  test("a path that packages fill sets off its trigger", () => {
    const waiting = {
      name: "a",
      control: {
        triggers: "interest-noawait /usr/bin\n",
        postinst: sh('[ "$1" = configure ] || echo "$2" > /etc/rung'),
      },
    };
    expect(configured(files, [waiting]).made["etc/rung"]).toBe("/usr/bin\n");
  });

  test("the linker's cache is written only where libc-bin is", () => {
    expect(
      configured(files, [{ name: "libc6", version: "2.36-9" }]).entry("etc/ld.so.cache"),
    ).toBeUndefined();
    const cache = configured(files, [{ name: "libc-bin", version: "2.36-9" }]).made["etc/ld.so.cache"];
    expect(cache).toMatch(
      /^glibc-ld\.so\.cache1\.1.*ldconfig \(Debian GLIBC 2\.36-9\) stable release version 2\.36$/s,
    );
  });

  test("a questionnaire that is not understood leaves no answer to rely on", () => {
    const asking = {
      name: "asking",
      control: {
        config: sh("frobnicate"),
        postinst: sh('. /usr/share/debconf/confmodule\ndb_get asking/q\necho "$RET" > /etc/answer'),
        templates: "Template: asking/q\nType: string\nDefault: x\nDescription: a\n",
      },
    };
    const { coverage, made } = configured(files, [asking]);
    expect(coverage.map(({ verdict }) => verdict)).toEqual(["needs-you", "needs-you"]);
    expect(made).toEqual({});
  });
});
