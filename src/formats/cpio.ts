import { type AnyBytes, type Bytes, drain } from "../bytes/bytes.ts";
import { ByteReader } from "../bytes/reader.ts";
import { decodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";

/** One member of a cpio archive; read its content before asking for the next. */
export interface CpioMember {
  /** As the archive spells it; a number where it names the file of that place in a list which is elsewhere (`07070X`). */
  readonly name: string | number;
  /** Bytes of `content`. */
  readonly size: number;
  readonly content: Bytes;
}

const limits = { name: 4097, members: 1_100_000 };
const headSize = 110;
const end = "TRAILER!!!";
/** The number that ends an archive without names. */
const noFile = 0xffff_ffff;

/**
 * The members of a cpio archive: `newc` (cpio(5), "New ASCII Format"; modes, owners and times are passed over, for rpm
 * says them elsewhere), and rpm's own `07070X`, which knows nothing but a file's place in the package's list and so has
 * no limit of 4 GiB ("RPM v6 Package format", "Payload"). The source is read to its end.
 * @param sizeOf bytes of the file of a place; undefined where there is none
 * @throws BAD_ARCHIVE, TRUNCATED
 */
export async function* readCpio(
  source: AnyBytes,
  where: string,
  sizeOf: (place: number) => number | undefined = () => undefined,
): AsyncGenerator<CpioMember> {
  const reader = new ByteReader(source);
  const begin = reader.offset;
  try {
    for (let count = 0; ; count += 1) {
      if (count > limits.members) throw bad(where, `it has more than ${limits.members} members`);
      const magic = latin1(await reader.read(6, where));
      let member: { readonly name: string | number; readonly size: number };
      if (magic === "070701") member = await readNamed(reader, where);
      else if (magic === "07070X") member = await readPlaced(reader, where, sizeOf);
      else throw bad(where, magic === "" ? "it has no end mark" : "a member does not begin as one");
      await pad(reader, begin, where);
      if (member.name === end || member.name === noFile) break;
      const what = `${where}: ${typeof member.name === "number" ? `file ${member.name}` : member.name}`;
      const after = reader.offset + member.size;
      yield { ...member, content: reader.stream(member.size, what) };
      // Whoever stopped early left the rest to us.
      await drain(reader.stream(after - reader.offset, what));
      await pad(reader, begin, where);
    }
    for await (const chunk of reader.rest())
      if (chunk.some((byte) => byte !== 0)) throw bad(where, "something follows its end mark");
  } finally {
    await reader.close();
  }
}

async function readNamed(reader: ByteReader, where: string): Promise<{ name: string; size: number }> {
  const text = latin1(await reader.read(headSize - 6, where));
  const field = (index: number) => hexOf(text.slice(index * 8, index * 8 + 8), where);
  const size = field(6);
  const nameSize = field(11);
  if (nameSize < 2 || nameSize > limits.name) throw bad(where, `a name of ${nameSize} bytes is none`);
  const bytes = await reader.read(nameSize, where);
  if (bytes === undefined || bytes.indexOf(0) !== nameSize - 1)
    throw bad(where, "a name does not end where it says");
  return { name: decodeText(bytes.subarray(0, -1)), size };
}

async function readPlaced(
  reader: ByteReader,
  where: string,
  sizeOf: (place: number) => number | undefined,
): Promise<{ name: number; size: number }> {
  const name = hexOf(latin1(await reader.read(8, where)), where);
  const size = name === noFile ? 0 : sizeOf(name);
  if (size === undefined) throw bad(where, `it has a file ${name}, which its list does not`);
  return { name, size };
}

function hexOf(digits: string, where: string): number {
  if (!/^[0-9a-fA-F]{8}$/.test(digits)) throw bad(where, "a number in it is none");
  return Number.parseInt(digits, 16);
}

/** Heads and contents are filled up to a multiple of four bytes, counted from the archive's start. */
async function pad(reader: ByteReader, begin: number, where: string): Promise<void> {
  const over = (reader.offset - begin) % 4;
  if (over > 0 && (await reader.read(4 - over, where)) === undefined)
    throw bad(where, "it ends within a padding");
}

function latin1(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : Buffer.from(bytes).toString("latin1");
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "cpio archive", where, why });
}
