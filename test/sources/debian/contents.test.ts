import { expect, test } from "vitest";
import { type ContentsIndex, openContents } from "../../../src/sources/debian/contents/open.ts";
import { packContents } from "../../../src/sources/debian/contents/pack.ts";
import { inChunks } from "../../kit/chunks.ts";

const folders = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"];
const text = `FILE                                                    LOCATION
bin/ls                                                  utils/coreutils
lib/ld-linux.so.2                                       libs/libc6-i386
lib/x86_64-linux-gnu/libgcc_s.so.1                      libs/libgcc-s1
lib64/ld-linux-x86-64.so.2                              libs/libc6
usr/i686-linux-gnu/lib/libc.so.6                        libs/libc6-i386-cross
usr/lib/x86_64-linux-gnu/libfoo.so                      libdevel/libfoo-dev
usr/lib/x86_64-linux-gnu/libfoo.so.1                    libs/libfoo1,non-free/libs/libfoo1-fast
usr/lib/x86_64-linux-gnu/nspr/libnspr4.so               libs/hidden
usr/lib/x86_64-linux-gnu/libnspr4.so                    libs/libnspr4
usr/lib/libplain.so.2\tlibs/libplain2
usr/lib32/libfoo.so.1                                   libs/lib32foo1
usr/lib/x86_64-linux-gnu/libodd name.so.1               libs/odd
usr/lib/x86_64-linux-gnu/libevil.so.1                   libs/EVIL,libs/-x,libs/
usr/share/doc/x                                         doc/x`;

async function open(size: number, of = text): Promise<ContentsIndex> {
  return openContents(await packContents(inChunks(Buffer.from(of), size), folders, "Contents"));
}

test.each([1, 7, 4096])("libraries are found by name, in pieces of %i bytes", async (size) => {
  const contents = await open(size);
  const of = (library: string) => contents.packagesWith(library);
  expect(of("libgcc_s.so.1")).toEqual(["libgcc-s1"]);
  expect(of("libfoo.so.1")).toEqual(["libfoo1", "libfoo1-fast"]);
  expect(of("libplain.so.2")).toEqual(["libplain2"]);
  expect(of("libnspr4.so")).toEqual(["libnspr4"]);
  expect(of("/lib64/ld-linux-x86-64.so.2")).toEqual(["libc6"]);
  expect(of("/usr/lib64/ld-linux-x86-64.so.2")).toEqual(["libc6"]);
});

test("what no program of the machine would find, or only compilers want, is left out", async () => {
  const contents = await open(64);
  for (const library of [
    "libc.so.6",
    "libfoo.so",
    "libodd",
    "name.so.1",
    "libevil.so.1",
    "ls",
    "",
    " ",
    "libfoo.so.1\n",
  ])
    expect(contents.packagesWith(library)).toEqual([]);
});

test("a line without an end, or more libraries than there are, is refused", async () => {
  const long = `usr/lib/lib${"x".repeat(2 ** 21)}`;
  await expect(open(65_536, long)).rejects.toThrow("a line has no end");
  const many = Array.from({ length: 500_002 }, (_, at) => `usr/lib/lib${at}.so a/b\n`).join("");
  await expect(open(65_536, many)).rejects.toThrow("it names more than 500000 libraries");
});
