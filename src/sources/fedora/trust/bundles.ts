import { createHash } from "node:crypto";
import { encodeIdentifiers } from "../../../formats/certificate.ts";
import { DER, encodeDer } from "../../../formats/der.ts";
import { isRefused, type SourceCertificate, type TrustSources } from "./certificates.ts";

/** Purposes for which a bundle may be, by p11-kit's names of them (common/oid.h). */
export const purpose = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  email: "1.3.6.1.5.5.7.3.4",
} as const;

const anyPurpose = "2.5.29.37.0";

/** What p11-kit says that OpenSSL should refuse a distrusted certificate for (trust/extract-openssl.c). */
const everyPurpose = [1, 2, 3, 4, 5, 6, 7, 8].map((last) => `1.3.6.1.5.5.7.3.${last}`);

/** `--filter=ca-anchors --purpose=…`: authorities that are trusted for it and nowhere refused, each once. */
export function anchorsFor(sources: TrustSources, wanted: string): readonly SourceCertificate[] {
  const anchors = sources.certificates.filter(
    (one) => one.authority && one.trusted && !one.distrusted && !isRefused(sources, one),
  );
  return onlyOnce(anchors).filter(
    ({ purposes }) => purposes === undefined || purposes.includes(wanted) || purposes.includes(anyPurpose),
  );
}

/** `--format=pem-bundle --comment`. */
export function pemBundle(certificates: readonly SourceCertificate[]): string {
  return certificates.map((one) => `# ${one.label}\n${pem("CERTIFICATE", one.der)}`).join("\n");
}

/** `--filter=certificates --format=openssl-bundle --comment`: all of them, and what each is trusted for. */
export function opensslBundle({ certificates }: TrustSources): string {
  return onlyOnce(certificates)
    .map((one) => {
      const trusts = one.distrusted ? undefined : one.trusted ? one.attachedPurposes : [];
      const rejects = one.distrusted ? [...(one.rejects ?? []), ...everyPurpose] : one.rejects;
      const parts = [
        ...(trusts ? [encodeIdentifiers(trusts)] : []),
        ...(rejects ? [Uint8Array.of(0xa0, ...encodeIdentifiers(rejects).subarray(1))] : []),
        encodeDer(DER.utf8String, Buffer.from(one.label)),
      ];
      const auxiliary = encodeDer(DER.sequence, Buffer.concat(parts));
      return `# ${one.label}\n${pem("TRUSTED CERTIFICATE", Buffer.concat([one.der, auxiliary]))}`;
    })
    .join("\n");
}

/**
 * `--format=java-cacerts`: a JKS key store with the usual password, whose digest is SHA-1 as that format has it
 * (OpenJDK, JavaKeyStore.java). `timestamp` is in seconds.
 */
export function javaKeyStore(certificates: readonly SourceCertificate[], timestamp: number): Uint8Array {
  const names = new Map<string, number>();
  const entries = certificates.map(({ label, der }) => {
    const plain = label.replace(/[\s\u0080-\uffff]/g, "").toLowerCase();
    const name = unique(plain, names, (count) => `${plain}-${count}`);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(timestamp) * 1000n);
    const type = Buffer.from("X.509");
    return [
      number(2, 4),
      number(name.length, 2),
      Buffer.from(name),
      time,
      number(5, 2),
      type,
      number(der.length, 4),
      der,
    ];
  });
  const store = Buffer.concat([
    number(0xfeedfeed, 4),
    number(2, 4),
    number(entries.length, 4),
    ...entries.flat(),
  ]);
  const password = Buffer.from("changeit", "utf16le").swap16();
  const digest = createHash("sha1").update(password).update("Mighty Aphrodite").update(store).digest();
  return Buffer.concat([store, digest]);
}

/** EFI_CERT_X509_GUID, and the owner that p11-kit names, as UEFI lays them out (UEFI 2.7, 31.4.1). */
const efiX509 = Buffer.from("a159c0a5e494a74a87b5ab155c2bf072", "hex");
const efiOwner = Buffer.from("503bdddc05f4fd4396bebd33b1734776", "hex");

/** `--format=edk2-cacerts`: one signature list for each. */
export function efiSignatureLists(certificates: readonly SourceCertificate[]): Uint8Array {
  const lists = certificates.flatMap(({ der }) => {
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(28 + 16 + der.length, 0);
    sizes.writeUInt32LE(16 + der.length, 8);
    return [efiX509, sizes, efiOwner, der];
  });
  return Buffer.concat(lists);
}

/** A PEM block (RFC 7468), lines of 64. */
export function pem(kind: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n");
}

/** The first of `name`, `numbered(1)`, `numbered(2)`… that nobody has. `taken` remembers where each name got to. */
export function unique(
  name: string,
  taken: Map<string, number>,
  numbered: (count: number) => string,
): string {
  let count = taken.get(name) ?? 0;
  let found = name;
  for (; taken.has(found); found = numbered(count)) count += 1;
  taken.set(found, 0).set(name, count);
  return found;
}

function onlyOnce(certificates: readonly SourceCertificate[]): readonly SourceCertificate[] {
  const seen = new Set<string>();
  return certificates.filter(({ der }) => {
    const key = createHash("sha256").update(der).digest("hex");
    return !seen.has(key) && seen.add(key);
  });
}

function number(value: number, width: 2 | 4): Uint8Array {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntBE(value, 0, width);
  return bytes;
}
