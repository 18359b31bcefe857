import { type Digest, isDigest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { readXml } from "./xml.ts";

/** What a metalink says of a repository's repomd.xml. */
export interface Metalink {
  /** Addresses of repomd.xml itself, the preferred ones first. */
  readonly urls: readonly string[];
  /** What it may be: the newest one, and older ones that slow mirrors may still have. Strong digests only. */
  readonly digests: readonly Digest[];
}

const format = "metalink";
const most = { urls: 500, digests: 500 };

/**
 * Reads a metalink of version 3 for repomd.xml, as Fedora's mirror manager makes it: `alternates` are older files.
 * @throws BAD_ARCHIVE also when it names no address
 */
export async function parseMetalink(bytes: Uint8Array, where: string): Promise<Metalink> {
  const unsound = (why: string) => new TareError({ code: "BAD_ARCHIVE", format, where, why });
  const urls: { url: string; preference: number }[] = [];
  const digests: Digest[] = [];
  let inFile = false;
  let attributes: Readonly<Record<string, string>> = {};
  let text = "";
  await readXml([bytes], format, where, {
    open(name, given, depth) {
      text = "";
      attributes = given;
      if (depth === 1 && name !== "metalink") throw unsound(`it begins with ${name.slice(0, 40)}`);
      if (name === "file") inFile = given.name === "repomd.xml";
    },
    text(piece) {
      text += piece;
    },
    close(name) {
      if (name === "file") inFile = false;
      if (!inFile) return;
      const value = text.trim();
      if (name === "url" && /^https?:\/\//.test(value)) {
        urls.push({ url: value, preference: Number(attributes.preference ?? 0) || 0 });
        if (urls.length > most.urls) throw unsound(`it names more than ${most.urls} mirrors`);
      }
      if (name !== "hash") return;
      const digest = `${(attributes.type ?? "").replace("-", "").toLowerCase()}:${value.toLowerCase()}`;
      if (isDigest(digest)) digests.push(digest);
      if (digests.length > most.digests) throw unsound(`it names more than ${most.digests} digests`);
    },
  });
  if (urls.length === 0) throw unsound("it names no address of repomd.xml");
  // https first: a mirror that is asked in the clear tells everybody what is fetched.
  const secure = ({ url }: { url: string }) => Number(url.startsWith("https:"));
  urls.sort((a, b) => secure(b) - secure(a) || b.preference - a.preference);
  return { urls: urls.map(({ url }) => url), digests: [...new Set(digests)] };
}
