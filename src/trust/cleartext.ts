import { TareError } from "../errors.ts";

const begin = "-----BEGIN PGP SIGNED MESSAGE-----";
const signature = "-----BEGIN PGP SIGNATURE-----";
const end = "-----END PGP SIGNATURE-----";

/**
 * Checks that a cleartext-signed text (RFC 9580, 7) is that and nothing more: it begins with its header, ends with its
 * signature, and has one of each, so that whoever reads the file by other rules finds nothing that was not signed.
 * Whether the signature is right is not looked at. @throws UNSIGNED_TEXT, or SIGNATURE_MISSING for plain text
 */
export function checkCleartextFrame(text: string, what: string): void {
  const refuse = (why: string) => new TareError({ code: "UNSIGNED_TEXT", what, why });
  const lines = text.split("\n").map((line) => line.replace(/[ \t\r]+$/, ""));
  const frame = lines.flatMap((line, index) => (line.startsWith("-----") ? [{ line, index }] : []));
  if (/^\s*</.test(text)) throw refuse("it is a web page; perhaps the mirror or a proxy wants a login");
  if (!frame.some(({ line }) => line === begin)) throw new TareError({ code: "SIGNATURE_MISSING", what });
  if (lines[0] !== begin) throw refuse("there is text before the signed part");
  const [, second, third] = frame;
  if (frame.length !== 3 || second?.line !== signature || third?.line !== end)
    throw refuse("its parts are not one text and one signature");
  if (lines.slice(third.index + 1).some((line) => line !== ""))
    throw refuse("there is text after the signature");
  const blank = lines.indexOf("");
  if (blank < 0 || blank > second.index) throw refuse("no blank line ends its header");
  if (lines.slice(1, blank).some((line) => !/^Hash: [A-Za-z0-9, -]+$/.test(line)))
    throw refuse("its header holds more than Hash lines");
  // An escaped empty line, `- `, is a lone dash here: its blank was cut off above.
  for (const line of lines.slice(blank + 1, second.index))
    if (/^-[^ ]/.test(line)) throw refuse("a line that begins with a dash is not escaped");
}
