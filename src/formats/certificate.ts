import { DER, type DerElement, derElements, encodeDer, readDer } from "./der.ts";

/** What an X.509 certificate says of itself (RFC 5280, 4.1), as DER. */
export interface Certificate {
  readonly der: Uint8Array;
  /** 0 is version 1. */
  readonly version: number;
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** By their object identifiers, dotted; the content of extnValue. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

/** Reads the certificate that bytes begin with; undefined when they do not. */
export function readCertificate(bytes: Uint8Array): Certificate | undefined {
  const outer = readDer(bytes);
  const signed = outer?.tag === DER.sequence ? readDer(outer.content) : undefined;
  const all = signed?.tag === DER.sequence ? derElements(signed.content) : undefined;
  if (outer === undefined || all === undefined) return undefined;
  const versioned = all[0]?.tag === 0xa0;
  const [serial, , issuer, , subject, publicKey, ...rest] = versioned ? all.slice(1) : all;
  if (!serial || !issuer || !subject || !publicKey) return undefined;
  const version = versioned ? (readDer(all[0]?.content ?? new Uint8Array(0))?.content[0] ?? 0) : 0;
  const listed = readDer(rest.find(({ tag }) => tag === 0xa3)?.content ?? new Uint8Array(0));
  const extensions = new Map<string, Uint8Array>();
  for (const { whole } of (listed && derElements(listed.content)) ?? []) {
    const extension = readExtension(whole);
    if (extension !== undefined && !extensions.has(extension.id))
      extensions.set(extension.id, extension.value);
  }
  const wholes = { serial: serial.whole, issuer: issuer.whole, subject: subject.whole };
  return { der: outer.whole, version, ...wholes, publicKey: publicKey.whole, extensions };
}

/** An extension: its identifier, and what its octet string holds. */
export function readExtension(bytes: Uint8Array): { id: string; value: Uint8Array } | undefined {
  const outer = readDer(bytes);
  const parts = outer?.tag === DER.sequence ? derElements(outer.content) : undefined;
  const [id, value] = [parts?.[0], parts?.at(-1)];
  return id?.tag === DER.objectIdentifier && value?.tag === 0x04
    ? { id: dotted(id.content), value: value.content }
    : undefined;
}

/** The identifiers of an ExtKeyUsageSyntax or of any other sequence of them; undefined when it is none. */
export function readIdentifiers(bytes: Uint8Array): readonly string[] | undefined {
  const outer = readDer(bytes);
  return outer?.tag === DER.sequence ? identifiersOf(outer) : undefined;
}

/** Those within an element that stands for such a sequence. */
export function identifiersOf({ content }: DerElement): readonly string[] | undefined {
  const parts = derElements(content);
  return parts?.every(({ tag }) => tag === DER.objectIdentifier)
    ? parts.map((part) => dotted(part.content))
    : undefined;
}

/** Whether BasicConstraints says that it is an authority; undefined for what is no such thing. */
export function isAuthority(bytes: Uint8Array): boolean | undefined {
  const outer = readDer(bytes);
  const parts = outer?.tag === DER.sequence ? derElements(outer.content) : undefined;
  return parts && parts[0]?.tag === 0x01 && (parts[0].content[0] ?? 0) !== 0;
}

/** What people call it: its common name, else its unit, else its organisation. */
export function nameOfSubject({ subject }: Certificate): string | undefined {
  const found = new Map<string, string>();
  const sets = derElements(readDer(subject)?.content ?? new Uint8Array(0)) ?? [];
  for (const set of sets)
    for (const { content } of derElements(set.content) ?? []) {
      const [type, value] = derElements(content) ?? [];
      const id = type && dotted(type.content);
      if (id !== undefined && value && !found.has(id)) found.set(id, textOf(value));
    }
  return found.get("2.5.4.3") ?? found.get("2.5.4.11") ?? found.get("2.5.4.10");
}

function textOf({ tag, content }: DerElement): string {
  const bytes = Buffer.from(content);
  if (tag === DER.utf8String) return bytes.toString("utf8");
  return tag === DER.bmpString && bytes.length % 2 === 0
    ? bytes.swap16().toString("utf16le")
    : bytes.toString("latin1");
}

/** `2.5.29.37`. Parts beyond 2^53 are not exact; no certificate has any that matter here. */
function dotted(content: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join(".");
}

/** Identifiers as the sequence that {@link readIdentifiers} reads. */
export function encodeIdentifiers(identifiers: readonly string[]): Uint8Array {
  const parts = identifiers.map((text) => encodeDer(DER.objectIdentifier, encodeIdentifier(text)));
  return encodeDer(DER.sequence, Buffer.concat(parts));
}

function encodeIdentifier(text: string): Uint8Array {
  const [root = 0, second = 0, ...rest] = text.split(".").map(Number);
  const base128 = (number: number): number[] =>
    number < 128 ? [number] : [...base128(Math.floor(number / 128)).map((byte) => byte | 0x80), number % 128];
  return Uint8Array.from([root * 40 + second, ...rest].flatMap(base128));
}
