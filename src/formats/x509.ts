import { createHash } from "node:crypto";
import { DER, derElements, encodeDer, readDer } from "./der.ts";

/** Certificates of a PEM file (RFC 7468), as DER, in order. Anything else between them is passed over. */
export function pemCertificates(text: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const kind of ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]) {
    const [open, close] = [`-----BEGIN ${kind}-----`, `-----END ${kind}-----`];
    for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, at)) {
      const end = text.indexOf(close, at);
      if (end < 0) break;
      found.push(Buffer.from(text.slice(at + open.length, end), "base64"));
      at = end;
    }
  }
  return found;
}

/**
 * OpenSSL's `X509_NAME_hash` of a certificate's subject, eight hex digits: SHA-1 over the canonical form of the name,
 * its first four bytes, little-endian (OpenSSL, crypto/x509/x509_cmp.c and x_name.c). Undefined for what is no
 * certificate.
 */
export function subjectHash(certificate: Uint8Array): string | undefined {
  const canonical = canonicalSubject(certificate);
  if (!canonical) return undefined;
  const digest = createHash("sha1").update(canonical).digest();
  return digest.readUInt32LE(0).toString(16).padStart(8, "0");
}

function canonicalSubject(certificate: Uint8Array): Uint8Array | undefined {
  const outer = readDer(certificate);
  const signed = outer?.tag === DER.sequence ? readDer(outer.content) : undefined;
  const fields = signed?.tag === DER.sequence ? derElements(signed.content) : undefined;
  if (!fields) return undefined;
  // TBSCertificate (RFC 5280, 4.1): [0] version, serial, algorithm, issuer, validity, subject.
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  if (subject?.tag !== DER.sequence) return undefined;
  const sets = derElements(subject.content);
  const parts = sets?.map((set) => {
    const attributes = set.tag === DER.set ? derElements(set.content)?.map(canonicalAttribute) : undefined;
    if (!attributes || attributes.includes(undefined)) return undefined;
    // DER orders the members of a set by their bytes.
    return encodeDer(DER.set, Buffer.concat((attributes as Uint8Array[]).sort(Buffer.compare)));
  });
  return !parts || parts.includes(undefined) ? undefined : Buffer.concat(parts as Uint8Array[]);
}

function canonicalAttribute({ tag, content }: { tag: number; content: Uint8Array }): Uint8Array | undefined {
  const [type, value, ...rest] = (tag === DER.sequence ? derElements(content) : undefined) ?? [];
  if (type?.tag !== DER.objectIdentifier || !value || rest.length > 0) return undefined;
  const text = decodeString(value.tag, value.content);
  // Values that are no strings stand as they are.
  const canonical =
    text === undefined ? value.whole : encodeDer(DER.utf8String, Buffer.from(canonicalText(text)));
  return encodeDer(DER.sequence, Buffer.concat([type.whole, canonical]));
}

/** Blanks trimmed and runs of them made one, ASCII letters in lower case. */
function canonicalText(text: string): string {
  return text
    .replace(/^[ \t\n\v\f\r]+/, "")
    .replace(/[ \t\n\v\f\r]+$/, "")
    .replace(/[ \t\n\v\f\r]+/g, " ")
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function decodeString(tag: number, content: Uint8Array): string | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  switch (tag) {
    case DER.utf8String:
      return bytes.toString("utf8");
    case DER.numericString:
    case DER.printableString:
    case DER.t61String:
    case DER.ia5String:
    case DER.visibleString:
      return bytes.toString("latin1");
    case DER.bmpString:
      return bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString("utf16le") : undefined;
    case DER.universalString: {
      if (bytes.length % 4 !== 0) return undefined;
      const points = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
      return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : undefined;
    }
    default:
      return undefined;
  }
}
