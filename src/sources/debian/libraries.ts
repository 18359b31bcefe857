import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import type { LibraryNeed } from "../../model/library.ts";
import type { ContentsIndex } from "./contents/open.ts";
import { libraryPackageNames } from "./library-names.ts";
import type { IndexedRepository, LibraryWant } from "./wants.ts";

/**
 * Who may bring what is needed: the packages that have such a file in a folder of the linker, and where no `Contents`
 * file knows one, those that bear the library's name. Only packages of the indexes count.
 * @throws NO_LIBRARY with all that nobody has
 */
export function libraryWants(
  needs: readonly LibraryNeed[],
  contents: readonly ContentsIndex[],
  repositories: readonly IndexedRepository[],
  architecture: string,
): LibraryWant[] {
  const canBeHad = (name: string) =>
    repositories.some(
      ({ index, pin }) =>
        pin >= 0 && index.named(name).some((number) => index.record(number).architecture === architecture),
    );
  const wants = needs.map((need): LibraryWant => {
    const { library } = need;
    const listed = contents.flatMap((each) => each.packagesWith(library)).filter(canBeHad);
    const packages = listed.length > 0 ? listed : libraryPackageNames(library).filter(canBeHad);
    return { ...need, packages: [...new Set(packages)].sort(byText) };
  });
  const missing = wants.filter(({ packages }) => packages.length === 0);
  if (missing.length > 0) {
    const suites = [...new Set(repositories.map(({ repository }) => repository))];
    throw new TareError({ code: "NO_LIBRARY", missing, suites, architecture });
  }
  return wants;
}
