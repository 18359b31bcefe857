import fc from "fast-check";
import { expect, test } from "vitest";
import { TareError } from "../../../src/errors.ts";
import { tag } from "../../../src/formats/rpm/tags.ts";
import { configuredRpms, installedRpm } from "../../kit/installed-rpm.ts";
import type { HeaderValue } from "../../kit/rpm-bytes.ts";

const files = [
  { path: "/etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
  { path: "/etc/group", content: "root:x:0:\n" },
  { path: "/usr/bin/tool", content: "tool" },
  { path: "/usr/lib/sysusers.d/a.conf", content: "u a 250\n" },
];

const text = fc.oneof(
  fc.constantFrom(
    "/bin/sh",
    "<lua>",
    "echo a > /etc/a\nuseradd a",
    "(a if b else (c or d))",
    "= 1",
    "../x",
    "/usr/",
  ),
  fc.string({ maxLength: 12 }).map((one) => one.replaceAll("\0", "")),
);
const value: fc.Arbitrary<HeaderValue> = fc.oneof(
  text,
  fc.array(text, { minLength: 1, maxLength: 6 }),
  fc.record({
    width: fc.constantFrom<1 | 2 | 4>(1, 2, 4),
    numbers: fc.array(fc.oneof(fc.nat(255), fc.constant(0xff)), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    width: fc.constant<8>(8),
    numbers: fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 6 }),
  }),
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
);
/** What is checked before anything is made of the rest. */
const frame = new Set<number>([tag.headerImmutable, tag.headerSignatures, tag.payloadSha256]);
const anyTag = fc.constantFrom(...Object.values(tag).filter((one) => !frame.has(one)));

test("whatever a package's tags hold, a root is made of it, or it is refused in words", async () => {
  const tags = fc.array(fc.tuple(anyTag, value), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(tags, async (tags) => {
      try {
        configuredRpms([await installedRpm({ name: "made", files, tags })]);
      } catch (error) {
        expect(error).toBeInstanceOf(TareError);
      }
    }),
    { numRuns: 300, seed: 5 },
  );
}, 60_000);
