import { TareError } from "../../../errors.ts";
import { isWebAddress, repositoryOf } from "./addresses.ts";
import type { NpmOptions } from "./client.ts";

interface Identity {
  readonly name: string;
  readonly version: string;
  /** Relative to the registry's base, or a whole web address, whose package may call its version anything. */
  readonly location: string;
}

/**
 * Holds a name, and a registry's version, to what there can be. npm's libraries take them as one text, in which anything
 * else may turn out to be a folder, or a repository to be cloned. @throws UNSOUND_PACKAGE
 */
export function checkIdentity({ name, version, location }: Identity, options: NpmOptions): void {
  const why = !isName(name)
    ? "that is no name of npm"
    : isVersion(version) || isWebAddress(location)
      ? undefined
      : "that is no version of npm";
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
