import { createHash } from "node:crypto";
import type { Bytes } from "../../../bytes/bytes.ts";
import { TareError } from "../../../errors.ts";

/** One hash of Subresource Integrity (W3C), as npm writes it: `sha512-BASE64`. */
export interface Integrity {
  readonly algorithm: Algorithm;
  readonly base64: string;
}

type Algorithm = keyof typeof sizes;

/** Bytes of each hash, the strongest first. sha1 is all that is known of packages from before 2017. */
const sizes = { sha512: 64, sha384: 48, sha256: 32, sha1: 20 } as const;

/** Undefined when no hash in the text is one of those that npm uses. Of several the strongest counts, and the first. */
export function strongestIntegrity(text: string): Integrity | undefined {
  const found = text.split(/\s+/).flatMap((one) => integrityOf(one) ?? []);
  const order = Object.keys(sizes);
  return found.sort((a, b) => order.indexOf(a.algorithm) - order.indexOf(b.algorithm))[0];
}

/** Whether a text holds such a hash, and no broken one beside it: a weaker one shall not stand in for that. */
export function isSoundIntegrity(text: string): boolean {
  const known = text.split(/\s+/).filter((one) => Object.hasOwn(sizes, one.replace(/-.*$/s, "")));
  return known.length > 0 && known.every((one) => integrityOf(one) !== undefined);
}

function integrityOf(text: string): Integrity | undefined {
  const [, name = "", base64 = ""] = /^([a-z0-9]{4,6})-([A-Za-z0-9+/]{27,86}={0,2})$/.exec(text) ?? [];
  if (!Object.hasOwn(sizes, name)) return undefined;
  const algorithm = name as Algorithm;
  const hash = Buffer.from(base64, "base64");
  const exact = hash.length === sizes[algorithm] && hash.toString("base64") === base64;
  return exact ? { algorithm, base64 } : undefined;
}

export function integrityText({ algorithm, base64 }: Integrity): string {
  return `${algorithm}-${base64}`;
}

/**
 * Passes bytes through and speaks at their end: they may be used only after the last one was read.
 * @param said receives the sha512 when there is no `want` to hold them to
 * @throws INTEGRITY_MISMATCH
 */
export async function* withIntegrity(
  source: Bytes,
  want: Integrity | undefined,
  what: string,
  said: (integrity: Integrity) => void,
): Bytes {
  const algorithm = want?.algorithm ?? "sha512";
  const hash = createHash(algorithm);
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  const got: Integrity = { algorithm, base64: hash.digest("base64") };
  if (want !== undefined && want.base64 !== got.base64)
    throw new TareError({
      code: "INTEGRITY_MISMATCH",
      what,
      want: integrityText(want),
      got: integrityText(got),
    });
  said(got);
}
