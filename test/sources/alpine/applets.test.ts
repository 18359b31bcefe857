import { expect, test } from "vitest";
import { appletPaths } from "../../../src/sources/alpine/applets.ts";

/** A program with a list of names, and a place for each: 1 bin, 2 sbin, 3 usr/bin, 4 usr/sbin. */
function program(places: Readonly<Record<string, number>>, ...more: Buffer[]): Buffer {
  const names = Object.keys(places).sort();
  const nibbles = names.map((name) => places[name] as number);
  const table = Buffer.alloc(Math.ceil(names.length / 2));
  nibbles.forEach((place, at) => {
    table[at >> 1] = (table[at >> 1] as number) | (place << ((at & 1) * 4));
  });
  const list = Buffer.from(names.map((name) => `${name}\0`).join(""), "latin1");
  const noise = Buffer.from("\x7fELF BusyBox v1.0\0Usage:\0\xff\xfe\0", "latin1");
  return Buffer.concat([noise, table, noise, Buffer.alloc(1), list, noise, ...more]);
}

const some = { "[": 3, ash: 1, cat: 1, chroot: 4, env: 3, init: 2, wholly_new: 4 };

test("a busybox says where its links belong, those of names that nobody knew before, too", () => {
  expect(appletPaths(program(some))).toEqual([
    "usr/bin/[",
    "bin/ash",
    "bin/cat",
    "usr/sbin/chroot",
    "usr/bin/env",
    "sbin/init",
    "usr/sbin/wholly_new",
  ]);
});

test("where two tables fit and say different things, nothing is known", () => {
  const other = Buffer.from(program({ ...some, wholly_new: 3 }).subarray(0, 64));
  expect(appletPaths(program(some, other))).toBeUndefined();
});

test("a program without such a list, or with no name that is known, says nothing", () => {
  expect(appletPaths(Buffer.alloc(0))).toBeUndefined();
  expect(appletPaths(Buffer.from("no names in here"))).toBeUndefined();
  expect(appletPaths(program({ alpha: 1, beta: 1, gamma: 2 }))).toBeUndefined();
});
