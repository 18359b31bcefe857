import { TareError } from "../../errors.ts";
import type { RpmHeader } from "../../formats/rpm/header.ts";
import { tag } from "../../formats/rpm/tags.ts";
import { compareEvr } from "../../formats/rpm/version.ts";
import type { Package } from "../../model/package.ts";
import { evrOfHeader } from "./evr-of-header.ts";

/**
 * An index that nobody signed could offer an old package, or another one, with its good signature, as a new one: so the
 * package itself has the last word. @throws UNSOUND_PACKAGE when its file says that it is something else
 */
export function checkIdentity(
  header: RpmHeader,
  wanted: Pick<Package, "name" | "version" | "architecture" | "repository">,
): void {
  const name = header.text(tag.name) ?? "";
  const architecture = header.text(tag.arch) ?? "";
  const version = evrOfHeader(header);
  const isIt = name === wanted.name && architecture === wanted.architecture;
  if (isIt && compareEvr(version, wanted.version) === 0) return;
  throw new TareError({
    code: "UNSOUND_PACKAGE",
    package: `${wanted.name} ${wanted.version}`,
    repository: wanted.repository,
    why: `its file is ${name} ${version} for ${architecture}`,
  });
}
