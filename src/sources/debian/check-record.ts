import { TareError } from "../../errors.ts";
import { parseVersion } from "../../formats/deb/version.ts";
import { isInsideRepository } from "../inside-repository.ts";
import type { PackageRecord } from "./index/record.ts";

/** Debian Policy 5.6.1 and 5.6.7, with capitals, as dpkg takes them. Both become parts of paths. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9+.-]{0,254}$/;
const architecturePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Why a record cannot be used, as the end of a sentence; undefined when it can. */
export function checkRecord(record: PackageRecord): string | undefined {
  if (!namePattern.test(record.name)) return "its name is not one that Debian allows";
  if (!architecturePattern.test(record.architecture)) return "its architecture is not one that Debian allows";
  try {
    parseVersion(record.version);
  } catch (error) {
    if (error instanceof TareError) return error.message;
    throw error;
  }
  if (record.sha256 === undefined)
    return "the index names no SHA256 of it, and weaker digests are not trusted";
  if (!Number.isSafeInteger(record.size)) return "the index does not say how large it is";
  if (!isInsideRepository(record.filename)) return "its place is not a path inside the repository";
  return undefined;
}
