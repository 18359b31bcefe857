import { describe, expect, test } from "vitest";
import { Archive, nameOf } from "../../../src/sources/fedora/candidates.ts";
import { Dependencies } from "../../../src/sources/fedora/dependencies.ts";
import { jobsFor } from "../../../src/sources/fedora/jobs.ts";
import { indexedRepository } from "../../kit/rpm-index.ts";

const archive = new Archive(
  [
    indexedRepository([
      { name: "httpd", epoch: "1", version: "2.4", release: "1.fc41" },
      { name: "httpd", epoch: "1", version: "2.6", release: "1.fc41", files: ["/usr/bin/httpd"] },
      { name: "httpd", version: "2.6", release: "1.fc41", architecture: "i686" },
      { name: "httpd-tools", version: "2.6", provides: ["perl(JSON) = 4", "config(httpd-tools) = 2.6-1"] },
      { name: "lib-2", version: "1" },
      { name: "lib", version: "2", architecture: "noarch" },
    ]),
  ],
  "x86_64",
);
const dependencies = new Dependencies(archive);

/** What each job would take. */
const asked = (text: string) =>
  jobsFor(text, archive, dependencies).map(({ candidates }) => candidates.map(nameOf));

const old = "httpd-1:2.4-1.fc41.x86_64";
const young = "httpd-1:2.6-1.fc41.x86_64";
const small = "httpd-2.6-1.fc41.i686";
const tools = "httpd-tools-2.6-1.x86_64";

describe("a word of include is", () => {
  test.each<[string, string, string[][]]>([
    ["a name", "httpd", [[old, young, small]]],
    ["a name and an architecture", "httpd.i686", [[small]]],
    ["a name and a version", "httpd-2.4", [[old]]],
    ["a name, a version and a release", "httpd-2.6-1.fc41", [[young, small]]],
    ["a name and an epoch", "httpd-1:2.6", [[young]]],
    ["all of that", "httpd-1:2.6-1.fc41.x86_64", [[young]]],
    ["something provided", "perl(JSON)", [[tools]]],
    ["something provided in a version", "perl(JSON) >= 3", [[tools]]],
    ["something provided in a version that it does not have", "perl(JSON) >= 5", [[]]],
    ["a name in a version", "httpd < 1:2.5", [[old, small]]],
    ["a file", "/usr/bin/httpd", [[young]]],
    ["a name before it is a name and a version", "lib-2", [["lib-2-1-1.x86_64"]]],
    ["a name, a version and a release before it is a name and a version", "lib-2-1", [["lib-2-1.noarch"]]],
  ])("%s: %s", (_, text, candidates) => {
    expect(asked(text)).toEqual(candidates);
  });

  test("a pattern: each name that fits it is asked for", () => {
    expect(asked("httpd*")).toEqual([[old, young, small], [tools]]);
    expect(asked("httpd*.i686")).toEqual([[small]]);
    expect(asked("/usr/bin/h*d")).toEqual([[young]]);
    expect(asked("perl(J*)")).toEqual([[tools]]);
    expect(asked("nothing*")).toEqual([[]]);
    expect(asked("lib*2-1.noarch")).toEqual([["lib-2-1.noarch"]]);
    expect(asked("[hl]ttpd")).toEqual([[old, young, small]]);
  });

  test("what is provided under a name with brackets, before it is a pattern", () => {
    const extras = new Archive(
      [
        indexedRepository([
          { name: "some", provides: ["dist(x[y])"] },
          { name: "other", provides: ["dist(xy)"] },
        ]),
      ],
      "x86_64",
    );
    const taken = (text: string) =>
      jobsFor(text, extras, new Dependencies(extras))[0]?.candidates.map(nameOf);
    expect(taken("dist(x[y])")).toEqual(["some-1-1.x86_64"]);
    expect(taken("dist(x[xy])")).toEqual(["other-1-1.x86_64"]);
  });

  test.each([
    ["", "write a package's name, or what it provides"],
    ["x".repeat(501), "write a package's name, or what it provides"],
    ["@core", "groups and modules are not known here; name their packages"],
    ["(httpd or nginx)", "a rich dependency is not a package; name one, or what it provides"],
  ])("not %j", (text, why) => {
    expect(() => asked(text)).toThrow(why);
  });
});
