import type { Bytes } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { readApk } from "../../formats/apk/apk.ts";
import type { IndexRecord } from "../../formats/apk/index-record.ts";

/**
 * Checks a package file against a signed index: its control part is the one whose identity stands there, and its files
 * are those that the control part's datahash names. The signature of the package itself says no more than that.
 * @param size bytes of the package file
 * @throws DIGEST_MISMATCH, BAD_ARCHIVE, TRUNCATED, TOO_LARGE
 */
export async function verifyPackage(
  source: Bytes,
  size: number,
  what: string,
  record: Pick<IndexRecord, "name" | "version" | "identity">,
): Promise<void> {
  await readApk(source, size, what, async ({ identity, info, data }) => {
    if (identity !== record.identity)
      throw new TareError({ code: "DIGEST_MISMATCH", what, want: record.identity, got: identity, size });
    if (info.name !== record.name || info.version !== record.version)
      throw new TareError({
        code: "BAD_ARCHIVE",
        format: "Alpine package",
        where: what,
        why: `it says of itself that it is ${info.name} ${info.version}`,
      });
    for await (const _ of data);
  });
}
