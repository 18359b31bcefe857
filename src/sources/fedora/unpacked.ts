import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { filesOf, type RpmFile } from "../../formats/rpm/files.ts";
import { decodeHeader, type RpmHeader } from "../../formats/rpm/header.ts";
import { tag } from "../../formats/rpm/tags.ts";

/** What is known of a package once it was unpacked: all that its file says of itself. */
export interface UnpackedRpm {
  readonly name: string;
  /** rpm's word: `x86_64`, `noarch`. */
  readonly architecture: string;
  readonly signature: RpmHeader;
  readonly header: RpmHeader;
  /** Ghosts too, in the package's own order. */
  readonly files: readonly RpmFile[];
}

/** Both headers, packed (they are mostly text), as base64: plain JSON. */
interface Remembered {
  readonly signature: string;
  readonly header: string;
}

/** Bytes of a header, as `readHeader` allows them at most. */
const limit = (1 << 28) + (1 << 21);

export function rememberRpm(signature: RpmHeader, header: RpmHeader): Remembered {
  const packed = ({ bytes }: RpmHeader) => zstdCompressSync(bytes).toString("base64");
  return { signature: packed(signature), header: packed(header) };
}

/** What the unpacker remembered of a package. */
export function recallRpm(about: unknown): UnpackedRpm {
  const remembered = about as Remembered;
  const bytes = (text: string) => zstdDecompressSync(Buffer.from(text, "base64"), { maxOutputLength: limit });
  const where = "a package that was unpacked";
  const signature = decodeHeader(bytes(remembered.signature), tag.headerSignatures, where);
  const header = decodeHeader(bytes(remembered.header), tag.headerImmutable, where);
  return {
    name: header.text(tag.name) ?? "",
    architecture: header.text(tag.arch) ?? "",
    signature,
    header,
    files: filesOf(header, where),
  };
}
