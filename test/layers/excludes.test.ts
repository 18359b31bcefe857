import { expect, test } from "vitest";
import { defaultExcludes, exclude, excluder, include, keepLocales } from "../../src/layers/excludes.ts";

test.each([
  ["usr/share/doc/bash/README", true],
  ["usr/share/doc/bash/copyright", false],
  ["usr/share/doc/bash/examples/copyright", false],
  ["usr/share/doc", false],
  ["usr/share/doctrine/x", false],
  ["usr/share/man/de/man1/ls.1.gz", true],
  ["usr/share/locale/de/LC_MESSAGES/dpkg.mo", true],
  ["usr/share/locale/locale.alias", false],
  ["usr/lib/locale/C.utf8/LC_CTYPE", false],
  ["usr/share/lintian/overrides/bash", true],
  ["usr/bin/bash", false],
])("by default %s is left out: %s", (path, out) => {
  expect(excluder(defaultExcludes)(path)).toBe(out);
});

test("locales that are asked for stay, with their countries and variants, and no others", () => {
  const rules = [...defaultExcludes, ...keepLocales(["de", "pt_BR"])];
  const kept = ["de", "de_AT", "de@euro", "den", "pt_BR", "pt", "pt_PT"].filter(
    (locale) => !excluder(rules)(`usr/share/locale/${locale}/LC_MESSAGES/x.mo`),
  );
  expect(kept).toEqual(["de", "de_AT", "de@euro", "pt_BR"]);
});

test("the last rule that matches decides, as in dpkg.cfg", () => {
  const rules = [include("/a/*"), exclude("/a/b*"), include("/a/bc"), exclude("/a/bcd")];
  expect(["a/x", "a/b", "a/bc", "a/bcd", "z"].map(excluder(rules))).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(excluder([])("anything")).toBe(false);
});
