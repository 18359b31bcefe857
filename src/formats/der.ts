/** One element of DER (ITU-T X.690), its content not yet looked into. */
export interface DerElement {
  /** The identifier octet: class, constructed bit, number. Numbers above 30 are not read. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** Header and content. */
  readonly whole: Uint8Array;
}

export const DER = {
  bitString: 0x03,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Undefined when there is no complete element with a definite length at `at`. Lengths are bounded by the input. */
export function readDer(bytes: Uint8Array, at = 0): DerElement | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) return undefined;
    length = 0;
    for (let index = 0; index < count; index += 1)
      length = length * 256 + (bytes[start + index] ?? Number.NaN);
    start += count;
  }
  const end = start + length;
  if (!(end <= bytes.length)) return undefined;
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

/** The elements that fill a content, or undefined when they do not fill it exactly, or are more than `limit`. */
export function derElements(content: Uint8Array, limit = 1000): DerElement[] | undefined {
  const elements: DerElement[] = [];
  for (let at = 0; at < content.length; ) {
    const element = readDer(content, at);
    if (!element || elements.length >= limit) return undefined;
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** An element with this tag and content. */
export function encodeDer(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x80 + bytesOf(length).length, ...bytesOf(length)];
  return Buffer.concat([Uint8Array.of(tag, ...size), content]);
}

function bytesOf(value: number): number[] {
  return value === 0 ? [] : [...bytesOf(Math.floor(value / 256)), value % 256];
}
