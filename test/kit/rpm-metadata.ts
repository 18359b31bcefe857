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

/**
 * The files of a repository with this index, and no packages, by their path below its root. For what createrepo_c would
 * never write.
 * @param openSize what repomd.xml says of the unpacked size; default the truth
 */
export function rpmIndexFiles(
  primary: string | Uint8Array,
  openSize: number = primary.length,
): Map<string, Uint8Array> {
  const packed = gzipSync(primary);
  const sha256 = createHash("sha256").update(packed).digest("hex");
  const repomd = [
    '<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary">',
    `<checksum type="sha256">${sha256}</checksum><location href="repodata/primary.xml.gz"/>`,
    `<timestamp>1700000000</timestamp><size>${packed.length}</size><open-size>${openSize}</open-size></data></repomd>`,
  ].join("");
  return new Map<string, Uint8Array>([
    ["repodata/repomd.xml", Buffer.from(repomd)],
    ["repodata/primary.xml.gz", packed],
  ]);
}
