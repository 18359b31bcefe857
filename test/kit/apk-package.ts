import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { identify } from "../../src/formats/apk/identity.ts";
import { encodePax } from "../../src/formats/tar/pax.ts";
import { tarBlock } from "./tar-blocks.ts";

/** One file of a test package, when a text is not enough; none of `content` and `link` for a folder. */
export interface ApkFile {
  readonly content?: string | Uint8Array;
  /** A symlink's text. */
  readonly link?: string;
  /** The path of an earlier file. */
  readonly hardlink?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Names of the owners; none unless told. */
  readonly user?: string;
  readonly group?: string;
  readonly attributes?: Readonly<Record<string, Uint8Array>>;
}

/** A package of apk 2, written as data. */
export interface ApkData {
  readonly name: string;
  /** Default `1.0-r0`. */
  readonly version?: string;
  /** Default `x86_64`. */
  readonly architecture?: string;
  readonly depends?: readonly string[];
  readonly provides?: readonly string[];
  readonly installIf?: readonly string[];
  readonly replaces?: readonly string[];
  readonly triggers?: readonly string[];
  readonly providerPriority?: number;
  readonly replacesPriority?: number;
  readonly origin?: string;
  /** Any other lines of .PKGINFO. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Path to its text or more; a path that ends in `/` is a folder. Folders on the way are made. */
  readonly files?: Readonly<Record<string, string | Uint8Array | ApkFile>>;
  /** `post-install`, `trigger`, … */
  readonly scripts?: Readonly<Record<string, string>>;
  /** What .PKGINFO says instead of the truth. */
  readonly dataHash?: string;
  /** What the files' own records say instead of the truth. */
  readonly checksums?: Readonly<Record<string, Uint8Array>>;
}

/** A key pair as a repository has it. */
export interface ApkSigner {
  /** `NAME.rsa.pub` */
  readonly name: string;
  readonly publicPem: string;
  readonly fingerprint: string;
  sign(bytes: Uint8Array, hash?: "sha1" | "sha256"): Buffer;
}

export function apkSigner(name = "tester@mirror.example-1.rsa.pub"): ApkSigner {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = publicKey.export({ type: "spki", format: "der" });
  return {
    name,
    publicPem: publicKey.export({ type: "spki", format: "pem" }) as string,
    fingerprint: createHash("sha256").update(der).digest("hex").toUpperCase(),
    sign: (bytes, hash = "sha1") => createSign(hash).update(bytes).sign(privateKey),
  };
}

const buildDate = 1_704_067_200;

/** Bytes as an `.apk`: three gzip members; the same data gives the same bytes. */
export function apkOf(data: ApkData, signer?: ApkSigner): Buffer {
  const { control, packed } = partsOf(data);
  return signed(packed, signer, control);
}

/** The package and its stanza of an index. */
export function builtApk(data: ApkData, signer?: ApkSigner): { bytes: Buffer; stanza: string } {
  const { control, packed, size } = partsOf(data);
  const bytes = signed(packed, signer, control);
  const list = (letter: string, words: readonly string[] = []) =>
    words.length === 0 ? "" : `${letter}:${words.join(" ")}\n`;
  const stanza = [
    `C:${identify(control)}\n`,
    `P:${data.name}\nV:${data.version ?? "1.0-r0"}\nA:${data.architecture ?? "x86_64"}\n`,
    `S:${bytes.length}\nI:${size}\nT:${data.fields?.pkgdesc ?? "a package of a test"}\n`,
    `U:${data.fields?.url ?? "https://mirror.example"}\nL:${data.fields?.license ?? "MIT"}\n`,
    data.origin === undefined ? "" : `o:${data.origin}\n`,
    data.fields?.maintainer === undefined ? "" : `m:${data.fields.maintainer}\n`,
    `t:${data.fields?.builddate ?? buildDate}\n`,
    data.fields?.commit === undefined ? "" : `c:${data.fields.commit}\n`,
    data.providerPriority === undefined ? "" : `k:${data.providerPriority}\n`,
    list("D", data.depends),
    list("p", data.provides),
    list("i", data.installIf),
  ].join("");
  return { bytes, stanza };
}

/** `APKINDEX.tar.gz` of stanzas, signed where there is a signer. */
export function apkIndexOf(stanzas: readonly string[], signer?: ApkSigner, hash?: "sha1" | "sha256"): Buffer {
  const tar = Buffer.concat([
    tarBlock({ name: "DESCRIPTION", content: "test" }),
    tarBlock({ name: "APKINDEX", content: `${stanzas.join("\n")}\n` }),
    Buffer.alloc(1024),
  ]);
  const packed = gzipSync(tar);
  return signed(packed, signer, packed, hash);
}

function signed(packed: Buffer, signer: ApkSigner | undefined, control: Buffer, hash?: "sha1" | "sha256") {
  if (signer === undefined) return packed;
  const kind = hash === "sha256" ? "RSA256" : "RSA";
  const signature = tarBlock({ name: `.SIGN.${kind}.${signer.name}`, content: signer.sign(control, hash) });
  return Buffer.concat([gzipSync(signature), packed]);
}

function partsOf(data: ApkData) {
  const plain = dataTar(data);
  const dataPart = gzipSync(plain);
  const size = Math.max(1, plain.length);
  const dataHash = data.dataHash ?? createHash("sha256").update(dataPart).digest("hex");
  const control = gzipSync(
    Buffer.concat([
      tarBlock({ name: ".PKGINFO", content: infoOf(data, size, dataHash) }),
      ...Object.entries(data.scripts ?? {}).map(([name, content]) =>
        tarBlock({ name: `.${name}`, content, mode: 0o755 }),
      ),
    ]),
  );
  return { control, packed: Buffer.concat([control, dataPart]), size };
}

function infoOf(data: ApkData, size: number, dataHash: string): string {
  const lines: [string, string | number | undefined][] = [
    ["pkgname", data.name],
    ["pkgver", data.version ?? "1.0-r0"],
    ["pkgdesc", data.fields?.pkgdesc ?? "a package of a test"],
    ["url", data.fields?.url ?? "https://mirror.example"],
    ["builddate", data.fields?.builddate ?? buildDate],
    ["size", size],
    ["arch", data.architecture ?? "x86_64"],
    ["origin", data.origin],
    ["license", data.fields?.license ?? "MIT"],
    ["maintainer", data.fields?.maintainer],
    ["commit", data.fields?.commit],
    ["provider_priority", data.providerPriority],
    ["replaces_priority", data.replacesPriority],
    ["triggers", data.triggers?.length ? data.triggers.join(" ") : undefined],
    ...(data.depends ?? []).map((one): [string, string] => ["depend", one]),
    ...(data.provides ?? []).map((one): [string, string] => ["provides", one]),
    ...(data.replaces ?? []).map((one): [string, string] => ["replaces", one]),
    ["install_if", data.installIf?.join(" ")],
    ["datahash", dataHash],
  ];
  const told = lines.filter(([, value]) => value !== undefined);
  return `# made by a test\n${told.map(([key, value]) => `${key} = ${value}\n`).join("")}`;
}

function dataTar(data: ApkData): Buffer {
  const blocks: Buffer[] = [];
  const made = new Set<string>();
  for (const [path, value] of Object.entries(data.files ?? {})) {
    const file: ApkFile =
      typeof value === "string" || value instanceof Uint8Array ? { content: value } : value;
    const parents = path.replace(/\/$/, "").split("/").slice(0, -1);
    for (let depth = 1; depth <= parents.length; depth += 1) {
      const folder = parents.slice(0, depth).join("/");
      if (folder === "" || folder.startsWith("..") || made.has(folder) || data.files?.[`${folder}/`])
        continue;
      made.add(folder);
      blocks.push(tarBlock({ name: `${folder}/`, type: "5", mode: 0o755 }));
    }
    blocks.push(...fileBlocks(path, file, data.checksums?.[path]));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function fileBlocks(path: string, file: ApkFile, stated: Uint8Array | undefined): Buffer[] {
  const owner = {
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    uname: file.user ?? "",
    gname: file.group ?? "",
  };
  if (path.endsWith("/")) return [tarBlock({ name: path, type: "5", mode: file.mode ?? 0o755, ...owner })];
  if (file.hardlink !== undefined)
    return [tarBlock({ name: path, type: "1", link: file.hardlink, mode: file.mode ?? 0o644, ...owner })];
  const content = file.content ?? "";
  const bytes = file.link === undefined ? Buffer.from(content as Uint8Array) : Buffer.from(file.link);
  const checksum = stated ?? createHash("sha1").update(bytes).digest();
  const record = encodePax([
    ["APK-TOOLS.checksum.SHA1", Buffer.from(Buffer.from(checksum).toString("hex"))],
    ...Object.entries(file.attributes ?? {}).map(
      ([name, value]) => [`SCHILY.xattr.${name}`, value] as [string, Uint8Array],
    ),
  ]);
  const pax = tarBlock({ name: "PaxHeaders", type: "x", content: record });
  if (file.link !== undefined)
    return [pax, tarBlock({ name: path, type: "2", link: file.link, mode: file.mode ?? 0o777, ...owner })];
  return [pax, tarBlock({ name: path, content: bytes, mode: file.mode ?? 0o644, ...owner })];
}
