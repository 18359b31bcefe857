import type { HostFiles } from "../../model/host-files.ts";
import { type AptSource, readAptSources } from "./apt-sources.ts";
import { readHostText } from "./host-text.ts";

/** The archive of a distribution, as the host itself uses it. */
export interface HostMirror {
  readonly urls: readonly string[];
  readonly source: AptSource;
}

export interface HostMirrorQuestion {
  /** `debian`, `ubuntu`: the ID of os-release(5). */
  readonly distribution: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
}

/**
 * Which mirror this host uses for a suite. An entry that names the very suite is best. Failing that, the entry that the
 * host uses for its own release of the same distribution serves, since an archive carries all its suites: the
 * `-security` one for a `-security` suite, else the main one. Undefined when there is neither, or apt is not there.
 * @throws BAD_ARCHIVE when the host's sources cannot be read
 */
export async function hostMirror(
  question: HostMirrorQuestion,
  host: HostFiles,
): Promise<HostMirror | undefined> {
  const sources = await readAptSources(host);
  const exact = sources.filter(
    ({ suites, components }) =>
      suites.includes(question.suite) && question.components.every((one) => components.includes(one)),
  );
  const derived = await ownArchive(sources, question, host);
  const ranked = [...byFitness(exact, question), ...byFitness(derived, question)];
  for (const source of ranked) {
    const urls = await webAddresses(source, host);
    if (urls.length > 0) return { urls, source };
  }
  return undefined;
}

/** Entries for the host's own release, when it is of the distribution that was asked for. */
async function ownArchive(
  sources: readonly AptSource[],
  { distribution, suite }: HostMirrorQuestion,
  host: HostFiles,
): Promise<AptSource[]> {
  const facts = osRelease((await readHostText(host, "/etc/os-release")) ?? "");
  const codename = facts.get(`${distribution.toUpperCase()}_CODENAME`) ?? facts.get("VERSION_CODENAME");
  const same = facts.get("ID") === distribution || facts.has(`${distribution.toUpperCase()}_CODENAME`);
  if (!same || codename === undefined) return [];
  const security = isSecurity(suite);
  const wanted = security
    ? [`${codename}-security`, `${codename}/updates`]
    : [codename, `${codename}-updates`];
  return sources.filter(({ suites }) => suites.some((one) => wanted.includes(one)));
}

/** Debian's archive for security is another one; the suite's name tells. */
export function isSecurity(suite: string): boolean {
  return /-security$|\/updates$/.test(suite);
}

/**
 * A stable order: entries whose keyring is the distribution's (or unnamed) before others, since anybody may call a
 * repository of his own `bookworm main`; entries for the architectures before those that leave them out.
 */
function byFitness(sources: readonly AptSource[], question: HostMirrorQuestion): AptSource[] {
  const others = (source: AptSource) =>
    source.signedBy !== undefined &&
    !source.signedBy.files.some((file) => file.includes(question.distribution)) &&
    source.signedBy.embedded === undefined;
  const lacks = ({ architectures }: AptSource) =>
    architectures !== undefined && !question.architectures.every((one) => architectures.includes(one));
  const rank = (source: AptSource) => (others(source) ? 2 : 0) + (lacks(source) ? 1 : 0);
  return [...sources].sort((a, b) => rank(a) - rank(b));
}

/** Addresses that we speak, with lists of mirrors on this machine (apt-transport-mirror(1)) read. */
async function webAddresses({ uris }: AptSource, host: HostFiles): Promise<string[]> {
  const all: string[] = [];
  for (const uri of uris) {
    const list = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1];
    if (list === undefined) all.push(uri);
    else
      for (const line of ((await readHostText(host, list)) ?? "").split("\n"))
        all.push(line.replace(/#.*/, "").trim().split(/\s+/)[0]?.replace(/\/+$/, "") ?? "");
  }
  return all
    .map((uri) => uri.replace(/^copy:/, "file:"))
    .filter((uri) => /^(?:https?:\/\/|file:\/)/.test(uri));
}

function osRelease(text: string): Map<string, string> {
  const facts = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z_]+)=["']?([^"']*)["']?$/.exec(line.trim());
    if (match) facts.set(match[1] as string, match[2] as string);
  }
  return facts;
}
