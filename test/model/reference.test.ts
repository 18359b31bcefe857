import { expect, test } from "vitest";
import { familiarReference, fullReference, parseReference } from "../../src/model/reference.ts";

const known: readonly (readonly [string, string, string])[] = [
  ["alpine", "docker.io/library/alpine:latest", "alpine:latest"],
  ["shout:1", "docker.io/library/shout:1", "shout:1"],
  ["me/shout", "docker.io/me/shout:latest", "me/shout:latest"],
  ["localhost/shout", "localhost/shout:latest", "localhost/shout:latest"],
  ["registry.example:5000/a/b_c:V.1", "registry.example:5000/a/b_c:V.1", "registry.example:5000/a/b_c:V.1"],
  ["docker.io/library/shout:1", "docker.io/library/shout:1", "shout:1"],
];

test.each(known)("%s is completed and shortened", (text, full, familiar) => {
  const reference = parseReference(text);
  expect(reference && fullReference(reference)).toBe(full);
  expect(reference && familiarReference(reference)).toBe(familiar);
});

test.each(["", "Upper", "a//b", "a:", "a:b c", "-a", "a@sha256:00", "a_:1", "../a", "a".repeat(600)])(
  "%j is no reference",
  (text) => expect(parseReference(text)).toBeUndefined(),
);
