import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** One package of a written index. Relations are names alone. */
export interface ListedRpm {
  readonly name: string;
  readonly requires?: readonly string[];
  readonly conflicts?: readonly string[];
  /** Where it is and what it has; default a place that nothing is at. */
  readonly file?: Uint8Array;
  /** Default sha256. */
  readonly checksumType?: string;
  /** Absolute paths that it has, for {@link filelistsText}. */
  readonly paths?: readonly string[];
}

export function primaryText(packages: readonly ListedRpm[]): string {
  const entries = (kind: string, names: readonly string[] = []) =>
    names.length === 0
      ? ""
      : `<rpm:${kind}>${names.map((name) => `<rpm:entry name="${name}"/>`).join("")}</rpm:${kind}>`;
  const all = packages.map(
    ({ name, requires, conflicts, file = Buffer.from(name), checksumType = "sha256" }) =>
      [
        `<package type="rpm"><name>${name}</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/>`,
        `<checksum type="${checksumType}" pkgid="YES">${createHash(checksumType).update(file).digest("hex")}</checksum>`,
        `<size package="${file.length}" installed="1" archive="1"/><location href="${name}.rpm"/><format>`,
        entries("requires", requires),
        entries("conflicts", conflicts),
        "</format></package>",
      ].join(""),
  );
  return `<?xml version="1.0"?><metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${all.length}">${all.join("\n")}</metadata>`;
}

/** All files of all packages, which primary.xml says nothing of. */
export function filelistsText(packages: readonly ListedRpm[]): string {
  const all = packages.map(({ name, file = Buffer.from(name), paths = [] }) =>
    [
      `<package pkgid="${createHash("sha256").update(file).digest("hex")}" name="${name}" arch="noarch">`,
      ...paths.map((path) => `<file>${path}</file>`),
      "</package>",
    ].join(""),
  );
  return `<?xml version="1.0"?><filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="${all.length}">${all.join("\n")}</filelists>`;
}

/**
 * The files of a repository with this index, and no packages, by their path below its root. For what createrepo_c would
 * never write.
 */
export function rpmIndexFiles(
  primary: string | Uint8Array,
  {
    openSize = primary.length,
    filelists,
    more = "",
  }: {
    /** What repomd.xml says of the unpacked size; default the truth. */
    readonly openSize?: number;
    readonly filelists?: string;
    /** Further elements of repomd.xml. */
    readonly more?: string;
  } = {},
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const data = (type: string, content: string | Uint8Array, size: number) => {
    const packed = gzipSync(content);
    files.set(`repodata/${type}.xml.gz`, packed);
    const sha256 = createHash("sha256").update(packed).digest("hex");
    return [
      `<data type="${type}"><checksum type="sha256">${sha256}</checksum><location href="repodata/${type}.xml.gz"/>`,
      `<timestamp>1700000000</timestamp><size>${packed.length}</size><open-size>${size}</open-size></data>`,
    ].join("");
  };
  const repomd = [
    '<repomd xmlns="http://linux.duke.edu/metadata/repo">',
    data("primary", primary, openSize),
    filelists === undefined ? "" : data("filelists", filelists, filelists.length),
    `${more}</repomd>`,
  ].join("");
  return new Map([["repodata/repomd.xml", Buffer.from(repomd)], ...files]);
}
