import type { RpmHeader } from "../../formats/rpm/header.ts";
import { tag } from "../../formats/rpm/tags.ts";

/** `epoch:version-release` of a package, the epoch only where there is one. */
export function evrOfHeader(header: RpmHeader): string {
  const epoch = header.number(tag.epoch);
  const rest = `${header.text(tag.version)}-${header.text(tag.release)}`;
  return epoch === undefined ? rest : `${epoch}:${rest}`;
}
