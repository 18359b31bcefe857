import { isInsideRepository } from "../inside-repository.ts";
import type { RpmRecord } from "./index/record.ts";

/** Names, versions, releases and architectures become parts of paths and of a lock (rpm's own build refuses others). */
const namePattern = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}$/;
const versionPattern = /^[A-Za-z0-9_.+~^]{1,200}$/;
const architecturePattern = /^[a-z0-9][a-z0-9_]{0,62}$/;

/** Why a record cannot be used, as the end of a sentence; undefined when it can. */
export function checkRecord(record: RpmRecord): string | undefined {
  if (!namePattern.test(record.name)) return "its name is not one that rpm allows";
  if (!architecturePattern.test(record.architecture)) return "its architecture is not one that rpm knows";
  if (!/^\d{1,10}$/.test(record.epoch)) return "its epoch is no number";
  if (!versionPattern.test(record.version) || !versionPattern.test(record.release))
    return "its version is not one that rpm allows";
  if (record.checksumType !== "sha256" || !/^[0-9a-f]{64}$/.test(record.checksum))
    return `the index names no SHA256 of it${record.checksumType === "" ? "" : ` (only ${record.checksumType.slice(0, 20)})`}, and weaker digests are not trusted`;
  if (!Number.isSafeInteger(record.size)) return "the index does not say how large it is";
  if (record.base !== undefined) return "it lies outside its repository (xml:base), which is not followed";
  if (!isInsideRepository(record.location)) return "its place is not a path inside the repository";
  return undefined;
}
