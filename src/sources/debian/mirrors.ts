import { TareError } from "../../errors.ts";
import { parseUrl } from "../../http/url.ts";
import type { HostFiles } from "../../model/host-files.ts";
import type { SignedBy } from "./apt-sources.ts";
import { hostMirror, isSecurity } from "./host-mirror.ts";
import { expandSnapshot } from "./snapshot.ts";

export interface MirrorQuestion {
  /** `debian`, `ubuntu`. */
  readonly distribution: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** The recipe's own, best first; empty when it names none. */
  readonly mirrors: readonly string[];
  /** The recipe's `snapshot`: a day or a moment. */
  readonly snapshot?: string;
}

/** Where a suite comes from, and why there. */
export interface MirrorChoice {
  /** Base addresses, best first; at least one. */
  readonly mirrors: readonly string[];
  /** Who said so: `the recipe`, a variable's name, or a file of the host. */
  readonly said: string;
  /** As the host's own source says, when that was asked; the caller's keyring comes first. */
  readonly signedBy: SignedBy | undefined;
  /** What `Origin` must be: known only when the host's entry was found by a suite's name, which anybody may use. */
  readonly origin: string | undefined;
  readonly checkValidUntil: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The recipe, else the environment, else the host's apt. For a distribution `debian` the variables are
 * `TARE_DEBIAN_MIRROR`, `TARE_DEBIAN_SECURITY_MIRROR` (for `*-security` suites, which Debian keeps in an archive of their
 * own) and `TARE_DEBIAN_SNAPSHOT`; likewise `TARE_UBUNTU_MIRROR` and so on. Each holds addresses separated by blanks,
 * best first. A snapshot takes its address from the recipe's mirrors or from `TARE_DEBIAN_SNAPSHOT`, and nowhere else;
 * see {@link expandSnapshot} for the form.
 * @throws MIRROR_UNKNOWN, BAD_URL, BAD_ARCHIVE
 */
export async function chooseMirror(
  question: MirrorQuestion,
  environment: Environment,
  host: HostFiles,
): Promise<MirrorChoice> {
  const { distribution, suite, snapshot } = question;
  const prefix = `TARE_${distribution.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
  const given = { signedBy: undefined, origin: undefined, checkValidUntil: snapshot === undefined };

  if (snapshot !== undefined) {
    const variable = `${prefix}_SNAPSHOT`;
    const named = question.mirrors.length > 0;
    const templates = named ? question.mirrors : addressesIn(environment[variable]);
    if (templates.length === 0)
      throw new TareError({
        code: "MIRROR_UNKNOWN",
        what: `snapshots of ${distribution}`,
        field: "mirror",
        variable,
      });
    const archive = isSecurity(suite) ? `${distribution}-security` : distribution;
    const mirrors = templates.map((template) => expandSnapshot(template, snapshot, archive));
    return { ...given, mirrors: checked(mirrors), said: named ? "the recipe" : variable };
  }

  if (question.mirrors.length > 0)
    return { ...given, mirrors: checked(question.mirrors), said: "the recipe" };
  const variables = isSecurity(suite) ? [`${prefix}_SECURITY_MIRROR`] : [`${prefix}_MIRROR`];
  // Ubuntu's own archive carries its security suites, too.
  if (isSecurity(suite) && distribution !== "debian") variables.push(`${prefix}_MIRROR`);
  for (const variable of variables) {
    const mirrors = addressesIn(environment[variable]);
    if (mirrors.length > 0) return { ...given, mirrors: checked(mirrors), said: variable };
  }

  const found = await hostMirror(question, host);
  if (!found)
    throw new TareError({
      code: "MIRROR_UNKNOWN",
      what: `${distribution} ${suite}`,
      field: "mirror",
      variable: variables[0] as string,
    });
  return {
    mirrors: checked(found.urls),
    said: found.source.file,
    signedBy: found.source.signedBy,
    origin: origins.get(distribution),
    checkValidUntil: found.source.checkValidUntil,
  };
}

const origins = new Map([
  ["debian", "Debian"],
  ["ubuntu", "Ubuntu"],
]);

function addressesIn(variable: string | undefined): string[] {
  return (variable ?? "").split(/\s+/).filter((address) => address !== "");
}

function checked(addresses: readonly string[]): string[] {
  for (const address of addresses) parseUrl(address);
  return addresses.map((address) => address.replace(/\/+$/, ""));
}
