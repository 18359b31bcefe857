import { expect, test } from "vitest";
import { parseOsRelease } from "../../src/formats/os-release.ts";

test("an os-release is assignments, quoted or not; what is none is passed over", () => {
  const text = `# a comment
NAME="Debian GNU/Linux"
ID=debian
VERSION_ID='12'
PRETTY_NAME="it's"
lower=1
ID=last
BROKEN="open
__proto__=x
`;
  expect(Object.fromEntries(parseOsRelease(text))).toEqual({
    NAME: "Debian GNU/Linux",
    ID: "last",
    VERSION_ID: "12",
    PRETTY_NAME: "it's",
  });
});
