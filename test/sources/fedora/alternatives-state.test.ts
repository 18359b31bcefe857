import { describe, expect, test } from "vitest";
import {
  type AlternativesState,
  formatAlternatives,
  parseAlternatives,
} from "../../../src/sources/fedora/alternatives-state.ts";

/*
 * chkconfig is in no package of Debian, so no real `alternatives` is here to be asked. What its files look like is from
 * its source (alternatives.c, readConfig and writeState): the mode, the leader's link, a name and a link for each
 * follower, an empty line; then for each candidate its path, a line `@FAMILY@PRIORITY INITSCRIPT`, and a path for each
 * follower, an empty line for one that it has not.
 */
const candidate = (path: string, priority: number, more: object = {}) => ({
  path,
  priority,
  followers: new Map<string, string>(),
  ...more,
});

const files: readonly (readonly [what: string, text: string, state: AlternativesState])[] = [
  [
    "two linkers, as binutils brings them",
    "auto\n/usr/bin/ld\n\n/usr/bin/ld.bfd\n50\n/usr/bin/ld.gold\n30\n",
    {
      automatic: true,
      link: "/usr/bin/ld",
      followers: new Map(),
      candidates: [candidate("/usr/bin/ld.bfd", 50), candidate("/usr/bin/ld.gold", 30)],
    },
  ],
  [
    "followers, one of which a candidate has not",
    [
      "manual\n/usr/sbin/sendmail\nmta-man\n/usr/share/man/man8/sendmail.8.gz\nmta-pam\n/etc/pam.d/smtp\n\n",
      "/usr/sbin/sendmail.postfix\n60\n/usr/share/man/man8/sendmail.postfix.8.gz\n/etc/pam.d/smtp.postfix\n",
      "/usr/bin/esmtp\n30\n\n\n",
    ].join(""),
    {
      automatic: false,
      link: "/usr/sbin/sendmail",
      followers: new Map([
        ["mta-man", "/usr/share/man/man8/sendmail.8.gz"],
        ["mta-pam", "/etc/pam.d/smtp"],
      ]),
      candidates: [
        candidate("/usr/sbin/sendmail.postfix", 60, {
          followers: new Map([
            ["mta-man", "/usr/share/man/man8/sendmail.postfix.8.gz"],
            ["mta-pam", "/etc/pam.d/smtp.postfix"],
          ]),
        }),
        candidate("/usr/bin/esmtp", 30),
      ],
    },
  ],
  [
    "a family, and a service",
    "auto\n/usr/bin/java\n\n/usr/lib/jvm/a/bin/java\n@java-21-openjdk.x86_64@-1\n/usr/bin/cups\n40 cups daemon\n/b\n@f@7 s\n",
    {
      automatic: true,
      link: "/usr/bin/java",
      followers: new Map(),
      candidates: [
        candidate("/usr/lib/jvm/a/bin/java", -1, { family: "java-21-openjdk.x86_64" }),
        candidate("/usr/bin/cups", 40, { initscript: "cups daemon" }),
        candidate("/b", 7, { family: "f", initscript: "s" }),
      ],
    },
  ],
];

describe("the state of an alternative", () => {
  test.each(files)("%s: is read", (_, text, state) => expect(parseAlternatives(text)).toEqual(state));

  test.each(files)("%s: is written to the byte", (_, text, state) =>
    expect(formatAlternatives(state)).toBe(text),
  );

  test.each([
    ["nothing", ""],
    ["another mode", "never\n/usr/bin/ld\n\n/usr/bin/ld.bfd\n50\n"],
    ["a leader without a path", "auto\nld\n\n/usr/bin/ld.bfd\n50\n"],
    ["no candidate", "auto\n/usr/bin/ld\n\n"],
    ["a candidate without a path", "auto\n/usr/bin/ld\n\nld.bfd\n50\n"],
    ["a candidate without a priority", "auto\n/usr/bin/ld\n\n/usr/bin/ld.bfd\nhigh\n"],
    ["a family that does not end", "auto\n/usr/bin/ld\n\n/usr/bin/ld.bfd\n@family 50\n"],
  ])("%s is none", (_, text) => expect(parseAlternatives(text)).toBeUndefined());
});
