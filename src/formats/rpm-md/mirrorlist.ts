import { TareError } from "../../errors.ts";

const most = 500;

/** Base addresses, one a line, as a mirrorlist names them; `#` begins a comment. @throws BAD_ARCHIVE */
export function parseMirrorlist(text: string, where: string): string[] {
  const urls = text
    .split("\n", 10_000)
    .map((line) => line.trim())
    .filter((line) => /^https?:\/\/\S+$/.test(line))
    .slice(0, most);
  if (urls.length > 0) return urls;
  throw new TareError({ code: "BAD_ARCHIVE", format: "mirrorlist", where, why: "it names no mirror" });
}
