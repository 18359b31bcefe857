import { TareError } from "../../errors.ts";
import type { NpmOptions } from "./client.ts";
import { repositoryOf } from "./registry.ts";

/**
 * Holds a name and a version to what a registry can have. npm's libraries take them as one text, in which anything else
 * may turn out to be a folder, or a repository to be cloned. @throws UNSOUND_PACKAGE
 */
export function checkIdentity(name: string, version: string, options: NpmOptions): void {
  const why = isName(name)
    ? isVersion(version)
      ? undefined
      : "that is no version of npm"
    : "that is no name of npm";
  if (why === undefined) return;
  const shown = JSON.stringify(`${name} ${version}`.slice(0, 200));
  throw new TareError({
    code: "UNSOUND_PACKAGE",
    package: shown,
    repository: repositoryOf(name, options),
    why,
  });
}

/** Old packages have capitals and odd letters. */
function isName(text: string): boolean {
  return text.length <= 214 && /^(?:@[\w~][\w.~-]*\/)?[\w~!'()*-][\w.~!'()*-]*$/.test(text);
}

/** https://semver.org */
function isVersion(text: string): boolean {
  return text.length <= 256 && /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.test(text);
}
