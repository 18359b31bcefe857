import { describe, expect, test } from "vitest";
import { DER, encodeDer } from "../../src/formats/der.ts";
import { pemCertificates, subjectHash } from "../../src/formats/x509.ts";

const sequence = (...parts: Uint8Array[]) => encodeDer(DER.sequence, Buffer.concat(parts));
const commonName = Buffer.from([0x55, 0x04, 0x03]);
const attribute = (tag: number, value: Uint8Array) =>
  encodeDer(DER.set, sequence(encodeDer(DER.objectIdentifier, commonName), encodeDer(tag, value)));
/** As much of a certificate as has a subject. */
const certificate = (subject: Uint8Array, version = true) => {
  const empty = sequence();
  const before = [
    ...(version ? [encodeDer(0xa0, Buffer.of(2, 1, 2))] : []),
    Buffer.of(2, 1, 1),
    empty,
    empty,
    empty,
  ];
  return sequence(sequence(...before, subject));
};
const named = (text: string, tag: number = DER.utf8String) =>
  subjectHash(certificate(sequence(attribute(tag, Buffer.from(text)))));

describe("the hash of a subject", () => {
  test("is blind to case, blanks and the kind of string", () => {
    const hash = named("an authority");
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect(named("  An  AUTHORITY\t")).toBe(hash);
    expect(named("an authority", DER.printableString)).toBe(hash);
    const wide = Buffer.from("an authority", "utf16le").swap16();
    expect(subjectHash(certificate(sequence(attribute(DER.bmpString, wide))))).toBe(hash);
    expect(
      subjectHash(certificate(sequence(attribute(DER.utf8String, Buffer.from("an authority"))), false)),
    ).toBe(hash);
    expect(named("another authority")).not.toBe(hash);
  });

  test("of a subject without names is there, too", () => {
    expect(subjectHash(certificate(sequence()))).toMatch(/^[0-9a-f]{8}$/);
  });

  const whole = certificate(sequence(attribute(DER.utf8String, Buffer.from("a"))));
  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["a text", Buffer.from("not a certificate")],
    ["an endless length", Buffer.of(0x30, 0x80, 0, 0)],
    ["a length beyond the end", Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0)],
    ["an empty sequence", sequence()],
    ["a subject that is no sequence", certificate(encodeDer(DER.set, Buffer.alloc(0)))],
    [
      "an attribute without a value",
      certificate(sequence(encodeDer(DER.set, sequence(encodeDer(DER.objectIdentifier, commonName))))),
    ],
    [
      "10,000 subjects",
      certificate(
        sequence(...Array.from({ length: 10_000 }, () => attribute(DER.utf8String, Buffer.from("a")))),
      ),
    ],
  ])("%s has none", (_, bytes) => {
    expect(subjectHash(bytes)).toBeUndefined();
  });

  test("no cut or flipped certificate throws", () => {
    for (let at = 0; at < whole.length; at += 1) {
      expect(subjectHash(whole.subarray(0, at))).toBeUndefined();
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ 0xff;
      expect(() => subjectHash(flipped)).not.toThrow();
    }
  });
});

describe("certificates of a PEM file", () => {
  const pem = (text: string, kind = "CERTIFICATE") =>
    `-----BEGIN ${kind}-----\n${Buffer.from(text).toString("base64")}\n-----END ${kind}-----\n`;

  test("come in order, whatever stands between them", () => {
    const text = `first\n${pem("a")}between\r\n${pem("key", "PRIVATE KEY")}${pem("b")}last`;
    expect(pemCertificates(text).map((bytes) => Buffer.from(bytes).toString())).toEqual(["a", "b"]);
  });

  test("that have no end are none, however many begin", () => {
    expect(pemCertificates("-----BEGIN CERTIFICATE-----\n".repeat(100_000))).toEqual([]);
    expect(pemCertificates("")).toEqual([]);
  });
});
