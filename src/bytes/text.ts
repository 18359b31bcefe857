const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Bytes to a string that loses nothing. Valid UTF-8 reads as itself; any other byte 0x80..0xFF becomes a lone
 * surrogate U+DC80..U+DCFF, as in Python's `surrogateescape` (PEP 383), so that {@link encodeText} gives the same
 * bytes back. Paths in archives are bytes, not text.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLossless(bytes);
  }
}

function decodeLossless(bytes: Uint8Array): string {
  let text = "";
  let start = 0;
  while (start < bytes.length) {
    const length = sequenceLength(bytes, start);
    if (length > 0) {
      text += strict.decode(bytes.subarray(start, start + length));
      start += length;
    } else {
      text += String.fromCharCode(0xdc00 + (bytes[start] as number));
      start += 1;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `start`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || start + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(start, start + length));
    return length;
  } catch {
    return 0;
  }
}

const loneEscape = /[\udc80-\udcff]/;

/** The inverse of {@link decodeText}. */
export function encodeText(text: string): Buffer {
  if (!loneEscape.test(text)) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  let plain = "";
  for (const character of text) {
    const unit = character.charCodeAt(0);
    if (character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff) {
      parts.push(Buffer.from(plain, "utf8"), Buffer.of(unit - 0xdc00));
      plain = "";
    } else plain += character;
  }
  parts.push(Buffer.from(plain, "utf8"));
  return Buffer.concat(parts);
}

/** Orders strings by their code units, the same on every machine: never `localeCompare`. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
