import { expect, test } from "vitest";
import { isInsideRepository } from "../../src/sources/inside-repository.ts";

test.each([
  "pool/main/g/glibc/libc6_2.36-9_amd64.deb",
  "Packages/a/a-1:2.0~rc1^git+x-1.noarch.rpm",
  "./pool/a..b.deb",
  "pool/libstdc%2b%2b6.deb",
])("%s lies inside", (path) => expect(isInsideRepository(path)).toBe(true));

test.each([
  "",
  "/etc/passwd",
  "../a.deb",
  "pool/../../a.deb",
  "pool/%2e%2e/a.deb",
  "pool/%2e./a.deb",
  "pool%2f..%2fa.deb",
  "pool\\..\\a.deb",
  "https://mirror.example/a.deb",
  "C:a.deb",
  "a.deb?token",
  "a.deb#part",
  "a b.deb",
  "a\nb.deb",
  "a%zz.deb",
  "a%ff.deb",
  "ä.deb",
])("%j does not, or is no path of a repository", (path) => expect(isInsideRepository(path)).toBe(false));
