/** What bytes are that are no tar, and what their owner may do, both to go on after a name. */
export interface OtherFormat {
  readonly what: string;
  readonly todo: string;
}

/** Bytes from the beginning that {@link otherFormat} looks at: ext4's mark lies behind its first 1,080. */
export const otherFormatHead = 2048;

const unpack = "unpack it into a folder, and give the folder instead";
const mount = "mount it, and give the folder that it is mounted on";
const packages =
  "a recipe makes an image of packages with all that they need (`tare init`); to have its files alone, unpack it and give the folder instead";

/** By the hexadecimal form of the first bytes. */
const formats: readonly (readonly [RegExp, string, string])[] = [
  [/^504b(?:0304|0506)/, "a zip archive", unpack],
  [/^377abcaf271c/, "a 7z archive", unpack],
  [/^526172211a07/, "a rar archive", unpack],
  [/^(?:3037303730[127]|c771)/, "a cpio archive", unpack],
  [/^213c617263683e0a64656269616e2d62696e617279/, "a Debian package", packages],
  [/^213c617263683e0a/, "an ar archive", unpack],
  [/^edabeedb/, "an RPM package", packages],
  [
    /^(?:68737173|73717368)/,
    "a squashfs file system",
    "unpack it with unsquashfs, and give the folder instead",
  ],
  [/^.{2160}53ef/, "an ext2, ext3 or ext4 file system", mount],
  [/^514649fb/, "a QCOW2 disk image", mount],
  [/^7f454c46/, "a program (ELF)", "put it into a folder, and give the folder instead"],
  [
    /^(?:04224d18|4c5a4950|1f9d|5d0000)/,
    "compressed in a way that tare does not read",
    "uncompress it first",
  ],
  [/^2d2d2d2d2d424547494e20504750/, "a signature or key of PGP", "give the file that it belongs to"],
];

/** What a file is that begins so, where that is something that people take for a tarball; else undefined. */
export function otherFormat(head: Uint8Array): OtherFormat | undefined {
  const hex = Buffer.from(head.subarray(0, otherFormatHead)).toString("hex");
  const found = formats.find(([mark]) => mark.test(hex));
  if (found !== undefined) return { what: found[1], todo: found[2] };
  const text = Buffer.from(head.subarray(0, 512)).toString("latin1").trimStart().toLowerCase();
  if (/^<(?:!doctype html|html|head|!--|\?xml)/.test(text))
    return {
      what: "a page for browsers (HTML or XML)",
      todo: "the address may be that of a page about the file: look for the one of the file itself",
    };
  if (/^[{[]/.test(text))
    return { what: "JSON", todo: "the server may have answered with an error: look into it" };
  return undefined;
}
