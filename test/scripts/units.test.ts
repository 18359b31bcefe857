import { describe, expect, test } from "vitest";
import { type Files, reading } from "../kit/scripted-root.ts";

const unit = (install: string) => `[Service]\nExecStart=/bin/true\n\n[Install]\n${install}\n`;
const systemd: Files = {
  "usr/lib/systemd/systemd": { content: "", mode: 0o755 },
  "usr/lib/systemd/system/a.service": unit("WantedBy=multi-user.target\nAlias=other.service\nAlso=a.socket"),
  "usr/lib/systemd/system/a.socket": unit("WantedBy=sockets.target"),
  "usr/lib/systemd/system/tty@.service": unit("WantedBy=getty.target\nDefaultInstance=tty1"),
  "etc/": {},
};

describe("units", () => {
  test("enable links a unit to its targets, its other names, and what goes with it", () => {
    expect(reading("deb-systemd-helper enable 'a.service' >/dev/null || true", systemd).made).toEqual({
      "etc/systemd": "/",
      "etc/systemd/system": "/",
      "etc/systemd/system/multi-user.target.wants": "/",
      "etc/systemd/system/multi-user.target.wants/a.service": "-> /lib/systemd/system/a.service",
      "etc/systemd/system/other.service": "-> /lib/systemd/system/a.service",
      "etc/systemd/system/sockets.target.wants": "/",
      "etc/systemd/system/sockets.target.wants/a.socket": "-> /lib/systemd/system/a.socket",
    });
  });

  test("a template is linked as the instance that was named, or as its own default", () => {
    const named = reading("systemctl enable tty@tty7.service", systemd).made;
    expect(named["etc/systemd/system/getty.target.wants/tty@tty7.service"]).toBe(
      "-> /lib/systemd/system/tty@.service",
    );
    const own = reading("systemctl enable tty@.service", systemd).made;
    expect(own["etc/systemd/system/getty.target.wants/tty@tty1.service"]).toBe(
      "-> /lib/systemd/system/tty@.service",
    );
  });

  test("what was never enabled is not installed, and what is disabled has no links", () => {
    const asked = "if deb-systemd-helper debian-installed a.socket; then touch /etc/yes; fi";
    expect(reading(asked, systemd).made).toEqual({});
    const { made } = reading(
      `deb-systemd-helper enable a.socket\n${asked}\ndeb-systemd-helper disable a.socket`,
      systemd,
    );
    expect(made).toHaveProperty(["etc/yes"]);
    expect(Object.keys(made).filter((path) => path.endsWith("a.socket"))).toEqual([]);
  });

  test("without an init, nothing is enabled", () => {
    const { verdict, made } = reading("deb-systemd-helper enable a.service", {
      "usr/lib/systemd/system/a.service": unit("WantedBy=multi-user.target"),
    });
    expect({ verdict, made }).toEqual({ verdict: "harmless", made: {} });
  });

  test.each(["../../x.service", "a b.service", "a.exe"])("a unit named %s is yours to look at", (name) => {
    expect(reading(`deb-systemd-helper enable '${name}'`, systemd)).toMatchObject({
      verdict: "needs-you",
      made: {},
    });
  });
});

describe("tmpfiles.d", () => {
  const made = (text: string, files: Files = {}) =>
    reading("systemd-tmpfiles --create x.conf", {
      "usr/lib/tmpfiles.d/x.conf": text,
      "var/": {},
      "etc/": {},
      ...files,
    });

  test("makes what belongs into an image and leaves out what a start makes", () => {
    const lines = [
      "d /var/x 0700",
      "d /run/x",
      "f /etc/x - - - - hello",
      "L /etc/l - - - - /x",
      "f! /etc/boot",
      "r /etc/old",
    ];
    expect(made(lines.join("\n")).made).toEqual({ "etc/l": "-> /x", "etc/x": "hello", "var/x": "/" });
  });

  test("a line that is not followed is told, and the others are done", () => {
    const result = made("Z /etc 0755\nd /var/y");
    expect(result.verdict).toBe("needs-you");
    expect(result.made).toEqual({ "var/y": "/" });
  });
});
