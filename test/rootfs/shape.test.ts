import { expect, test } from "vitest";
import { compose } from "../../src/rootfs/compose.ts";
import { placesIn, shapeOf } from "../../src/rootfs/shape.ts";
import { factOf, pieceOf } from "../kit/facts.ts";

const { view } = compose(
  [
    pieceOf("base", {
      "usr/": "",
      "usr/bin/": "",
      "opt/real/": "",
      bin: "-> usr/bin",
      "usr/opt": "-> ../opt/real",
      sbin: "-> bin",
      r: "-> /",
      loop: "-> loop",
      file: "content",
      tofile: "-> file",
      gone: "-> nowhere",
    }),
    { id: "tmp", entries: [factOf("tmp/", "", { mode: 0o1777 }), factOf("srv/", "", { uid: 5 })] },
  ],
  () => "conflict",
);
const generated = [{ ...factOf("etc/made/"), content: new Uint8Array(0) }];
const shape = shapeOf(view, generated);

test("a shape knows the links that lead to directories or could, and all directories, stated or not", () => {
  expect(shape).toEqual({
    links: [
      { from: "bin", to: "usr/bin" },
      { from: "gone", to: "nowhere" },
      { from: "r", to: "" },
      { from: "sbin", to: "usr/bin" },
      { from: "usr/opt", to: "opt/real" },
    ],
    directories: [
      { path: "srv", mode: 0o755, uid: 5, gid: 0 },
      { path: "tmp", mode: 0o1777, uid: 0, gid: 0 },
    ],
    plain: ["opt/real", "usr", "usr/bin", "etc/made", "opt", "etc"],
  });
  expect(JSON.parse(JSON.stringify(shape))).toEqual(shape);
});

test.each([
  ["bin/x", false, "usr/bin/x"],
  ["bin", false, "bin"],
  ["bin", true, "usr/bin"],
  ["sbin/x/y", false, "usr/bin/x/y"],
  ["r/bin/x", false, "usr/bin/x"],
  ["r/usr/opt/x", false, "opt/real/x"],
  ["r", true, ""],
  ["gone/x", false, "nowhere/x"],
  ["binary/x", true, "binary/x"],
  ["", true, ""],
])("%s (last followed: %s) lies at %s", (path, last, real) => {
  expect(placesIn(shape)(path, last)).toBe(real);
});

test("links that lead in circles end", () => {
  const odd = {
    links: [
      { from: "a", to: "b" },
      { from: "b", to: "a" },
    ],
    directories: [],
    plain: [],
  };
  expect(placesIn(odd)("a/x", false)).toMatch(/^[ab]\/x$/);
});
