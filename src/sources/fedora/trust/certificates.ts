import { decodeText } from "../../../bytes/text.ts";
import {
  type Certificate,
  encodeIdentifiers,
  identifiersOf,
  isAuthority,
  nameOfSubject,
  readCertificate,
  readExtension,
  readIdentifiers,
} from "../../../formats/certificate.ts";
import { derElements, readDer } from "../../../formats/der.ts";
import type { Workspace } from "../../../scripts/workspace.ts";
import { isPersisted, parsePersisted, quotedBytes } from "./persist.ts";

/** A certificate of the trust sources, and what they say of it. */
export interface SourceCertificate extends Certificate {
  readonly label: string;
  readonly trusted: boolean;
  readonly distrusted: boolean;
  readonly authority: boolean;
  /** What it is limited to by the sources; undefined when they do not say. */
  readonly attachedPurposes: readonly string[] | undefined;
  /** Those, or else what the certificate itself says; undefined is any. */
  readonly purposes: readonly string[] | undefined;
  /** Purposes for which the sources refuse it. */
  readonly rejects: readonly string[] | undefined;
}

/** What all sources hold, in the order in which p11-kit comes to it. */
export interface TrustSources {
  readonly certificates: readonly SourceCertificate[];
  /** Refused wherever they stand: by their issuer and serial, or by their key; see {@link isRefused}. */
  readonly refused: ReadonlySet<string>;
}

const sources = ["/etc/pki/ca-trust/source", "/usr/share/pki/ca-trust-source"];
const folders: readonly (readonly [string, { trusted?: boolean; distrusted?: boolean }])[] = [
  ["", {}],
  ["/anchors", { trusted: true, distrusted: false }],
  ["/blocklist", { trusted: false, distrusted: true }],
  ["/blacklist", { trusted: false, distrusted: true }],
];

const oid = {
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  /** What OpenSSL's "reject" of a trusted certificate becomes in p11-kit (common/oid.h). */
  openSslReject: "1.3.6.1.4.1.3319.6.10.1",
};

/** Read from one file, before what is attached to keys is known. */
interface Read {
  readonly certificate: Certificate;
  readonly label: string | undefined;
  readonly trusted?: boolean | undefined;
  readonly distrusted?: boolean | undefined;
  readonly category: string | undefined;
}

interface Found {
  readonly certificates: Read[];
  /** By the key's DER in base64, then by identifier: the content of the extension. */
  readonly attached: Map<string, Map<string, Uint8Array>>;
  readonly refused: Set<string>;
}

/** Reads Fedora's trust sources as p11-kit does (trust/token.c, parser.c, builder.c), or says which file it cannot. */
export function readTrustSources(workspace: Workspace): TrustSources | string {
  const certificates: SourceCertificate[] = [];
  const refused = new Set<string>();
  for (const source of sources) {
    const found: Found = { certificates: [], attached: new Map(), refused };
    for (const [folder, trust] of folders)
      for (const name of workspace.list(source + folder)) {
        const path = `${source}${folder}/${name}`;
        if (name.startsWith(".") || workspace.resolve(path)?.type !== "file") continue;
        const content = workspace.resolve(path)?.content;
        if (content === undefined) return `the content of ${path} is not at hand`;
        const before = found.certificates.length;
        if (!readFile(content, found)) return `${path} cannot be read`;
        // A certificate that is refused does not become an anchor by lying among them.
        for (const one of found.certificates.splice(before))
          found.certificates.push(trust.trusted && one.distrusted ? one : { ...one, ...trust });
      }
    for (const one of found.certificates) {
      const known = placed(one, found.attached.get(keyOf(one.certificate.publicKey)) ?? new Map());
      if (known === undefined) continue;
      certificates.push(known);
      if (known.distrusted) for (const mark of marksOf(known)) refused.add(mark);
    }
  }
  return { certificates, refused };
}

/** Whether another object of the sources refuses it. */
export function isRefused({ refused }: TrustSources, certificate: Certificate): boolean {
  return marksOf(certificate).some((mark) => refused.has(mark));
}

function marksOf({ issuer, serial, publicKey }: Certificate): string[] {
  return [`${keyOf(issuer)} ${keyOf(serial)}`, keyOf(publicKey)];
}

const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Undefined when what is said of its purposes cannot be read: such a one is never used. */
function placed(one: Read, attached: ReadonlyMap<string, Uint8Array>): SourceCertificate | undefined {
  const { certificate, trusted = false, distrusted = false } = one;
  const own = certificate.extensions;
  const limits = attached.get(oid.extendedKeyUsage);
  const rejecting = attached.get(oid.openSslReject);
  const usage = limits ?? own.get(oid.extendedKeyUsage);
  const purposes = usage && readIdentifiers(usage);
  const constraints = attached.get(oid.basicConstraints) ?? own.get(oid.basicConstraints);
  const authority = constraints && isAuthority(constraints);
  if ((usage && !purposes) || (constraints && authority === undefined)) return undefined;
  const selfIssued = certificate.version === 0 && keyOf(certificate.issuer) === keyOf(certificate.subject);
  return {
    ...certificate,
    label: one.label ?? nameOfSubject(certificate) ?? "certificate",
    trusted,
    distrusted,
    authority: one.category === undefined ? (authority ?? selfIssued) : one.category === "authority",
    attachedPurposes: limits && purposes,
    purposes,
    rejects: rejecting && readIdentifiers(rejecting),
  };
}

/** Whatever a file holds: p11-kit's own format, DER, PEM. False when it is broken. */
function readFile(content: Uint8Array, found: Found): boolean {
  const text = decodeText(content);
  if (isPersisted(text)) return readPersisted(text, found);
  const plain = readCertificate(content);
  if (plain) {
    found.certificates.push({ certificate: plain, label: undefined, category: undefined });
    return true;
  }
  return text
    .matchAll(/-----BEGIN ((?:TRUSTED )?CERTIFICATE)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g)
    .every(([, kind, base64 = ""]) => {
      const bytes = Buffer.from(base64, "base64");
      const certificate = readCertificate(bytes);
      if (certificate === undefined) return false;
      const { length } = certificate.der;
      if (kind === "CERTIFICATE" || bytes.length === length) {
        found.certificates.push({ certificate, label: undefined, category: undefined });
        return true;
      }
      return readTrusted(certificate, bytes.subarray(length), found);
    });
}

function readPersisted(text: string, found: Found): boolean {
  const objects = parsePersisted(text);
  for (const { fields, certificate: der, publicKey } of objects ?? []) {
    const label = quotedBytes(fields.get("label"));
    const bool = (name: string) => (fields.has(name) ? fields.get(name) === "true" : undefined);
    const kind = fields.get("class") ?? (der ? "certificate" : undefined);
    if (kind === "x-certificate-extension" && publicKey) {
      const value = quotedBytes(fields.get("value"));
      const extension = value && readExtension(value);
      if (extension === undefined) return false;
      attach(found, publicKey, extension.id, extension.value);
    } else if (kind === "certificate" && der) {
      const certificate = readCertificate(der);
      if (certificate === undefined) return false;
      found.certificates.push({
        certificate,
        label: label && decodeText(label),
        trusted: bool("trusted"),
        distrusted: bool("x-distrusted"),
        category: fields.get("certificate-category"),
      });
    } else if (bool("x-distrusted")) {
      // One that is refused without being at hand: by its key, or by its issuer and serial.
      const [issuer, serial] = [quotedBytes(fields.get("issuer")), quotedBytes(fields.get("serial-number"))];
      if (publicKey) found.refused.add(keyOf(publicKey));
      if (issuer && serial) found.refused.add(`${keyOf(issuer)} ${keyOf(serial)}`);
    }
  }
  return objects !== undefined;
}

/** What OpenSSL puts behind a trusted certificate: purposes, refused ones under [0], an alias. */
function readTrusted(certificate: Certificate, more: Uint8Array, found: Found): boolean {
  const parts = derElements(readDer(more)?.content ?? new Uint8Array(0));
  if (parts === undefined) return false;
  const listed = (tag: number) => {
    const part = parts.find((one) => one.tag === tag);
    return part && identifiersOf(part);
  };
  const refused = listed(0xa0);
  const trusts = (listed(0x30) ?? []).filter((id) => !refused?.includes(id));
  const alias = parts.find(({ tag }) => tag === 0x0c);
  attach(found, certificate.publicKey, oid.extendedKeyUsage, encodeIdentifiers(trusts));
  if (refused?.length) attach(found, certificate.publicKey, oid.openSslReject, encodeIdentifiers(refused));
  found.certificates.push({
    certificate,
    label: alias && decodeText(alias.content),
    trusted: trusts.length > 0,
    distrusted: trusts.length === 0,
    category: undefined,
  });
  return true;
}

function attach({ attached }: Found, publicKey: Uint8Array, id: string, value: Uint8Array): void {
  const key = keyOf(publicKey);
  const known = attached.get(key) ?? new Map<string, Uint8Array>();
  // Certificates may share a key: what was said of it first stands.
  if (!known.has(id)) known.set(id, value);
  attached.set(key, known);
}
