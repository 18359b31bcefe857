import { type Digest, isDigest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { readXml } from "./xml.ts";

/** One file of metadata that a repository's repomd.xml vouches for. */
export interface MetadataFile {
  /** `primary`, `filelists`, `modules`, `primary_zck`. */
  readonly type: string;
  /** Relative to the repository's root: `repodata/…-primary.xml.gz`. */
  readonly location: string;
  /** Of the file as it lies there. */
  readonly digest: Digest;
  /** Bytes, where it is said. */
  readonly size?: number;
  /** Bytes once it is unpacked, where it is said. */
  readonly openSize?: number;
}

/** What repomd.xml says, the beginning of all that is read of a repository. */
export interface Repomd {
  /** By type; of several files of one type, the last. */
  readonly files: ReadonlyMap<string, MetadataFile>;
  /** Seconds since the epoch: the newest file's. */
  readonly timestamp?: number;
}

const format = "repomd.xml";
const most = 1000;

/**
 * Reads repomd.xml (createrepo_c; no other specification was ever written). Files whose checksum is weaker than
 * SHA-256 are passed over, and said to be missing only where they are needed.
 * @throws BAD_ARCHIVE
 */
export async function parseRepomd(bytes: Uint8Array, where: string): Promise<Repomd> {
  const files = new Map<string, MetadataFile>();
  let timestamp: number | undefined;
  let fields: Map<string, string> | undefined;
  let attributes: Readonly<Record<string, string>> = {};
  let text = "";
  await readXml([bytes], format, where, {
    open(name, given, depth) {
      text = "";
      if (depth === 1 && name !== "repomd") throw unsound(where, `it begins with ${name.slice(0, 40)}`);
      if (depth === 2 && name === "data") fields = new Map([["type", given.type ?? ""]]);
      if (depth !== 3) return;
      attributes = given;
      if (name === "location") fields?.set(name, given.href ?? "");
    },
    text(piece) {
      text += piece;
    },
    close(name, depth) {
      if (depth === 3 && fields !== undefined && name !== "location") {
        fields.set(name, text.trim());
        if (name === "checksum") fields.set("algorithm", attributes.type ?? "");
      }
      if (depth !== 2 || fields === undefined) return;
      const file = fileOf(fields);
      if (file !== undefined) files.set(file.type, file);
      if (files.size > most) throw unsound(where, `it names more than ${most} files`);
      const made = Math.floor(Number(fields.get("timestamp")));
      if (made > 0) timestamp = Math.max(timestamp ?? 0, made);
      fields = undefined;
    },
  });
  return { files, ...(timestamp !== undefined && { timestamp }) };
}

function fileOf(fields: ReadonlyMap<string, string>): MetadataFile | undefined {
  const field = (name: string) => fields.get(name) ?? "";
  const digest = `${field("algorithm")}:${field("checksum").toLowerCase()}`;
  if (field("type") === "" || field("location") === "" || !isDigest(digest)) return undefined;
  const size = wholeNumber(field("size"));
  const openSize = wholeNumber(field("open-size"));
  return {
    type: field("type"),
    location: field("location"),
    digest,
    ...(size !== undefined && { size }),
    ...(openSize !== undefined && { openSize }),
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function unsound(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format, where, why });
}
