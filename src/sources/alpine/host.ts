import { TareError } from "../../errors.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { type ApkKeyring, parseApkKey } from "../../trust/apk-rsa.ts";

const repositories = "/etc/apk/repositories";
const keys = "/etc/apk/keys";

/**
 * Base addresses of the archive, as the host's own apk uses it: what stands above `v3.20/main`. Those of lines that
 * name this very release come first; an archive carries all its releases, so the others serve, too.
 */
export async function hostMirrors(release: string, host: HostFiles): Promise<string[]> {
  const text = new TextDecoder().decode(await host.readHostFile(repositories));
  const found = text
    .split("\n")
    .map((line) => /^((?:https?:\/\/|file:)\S+?)\/(v[0-9.]+|edge|latest-stable)\/[^/\s]+\/?\s*$/.exec(line))
    .flatMap((match) => (match ? [{ base: match[1] as string, release: match[2] }] : []));
  const exact = found.filter((one) => one.release === release);
  return [...new Set([...exact, ...found].map(({ base }) => base))];
}

/** The keys that the host's own apk trusts. @throws KEYRING_MISSING, BAD_ARCHIVE */
export async function hostKeys(what: string, host: HostFiles): Promise<ApkKeyring> {
  const names = [...(await host.listHostFolder(keys))].filter((name) => name.endsWith(".rsa.pub")).sort();
  const found: ApkKeyring["keys"][number][] = [];
  for (const name of names) {
    const bytes = await host.readHostFile(`${keys}/${name}`);
    if (bytes !== undefined) found.push(parseApkKey(bytes, name, `${keys}/${name}`));
  }
  if (found.length === 0) throw new TareError({ code: "KEYRING_MISSING", what, looked: [keys] });
  return { where: [keys], keys: found };
}
