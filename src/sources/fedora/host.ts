import { TareError } from "../../errors.ts";
import { parseRepoFile, type RepoSection, withVariables } from "../../formats/rpm-md/repo-file.ts";
import { shownAddress } from "../../http/url.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { type Keyring, mergeKeyrings, parseKeyring } from "../../trust/keyring.ts";

const repositories = "/etc/yum.repos.d";
/** Fedora's own packages put them into the first, Debian's and others' `distribution-gpg-keys` into the second. */
const keyFolders = ["/etc/pki/rpm-gpg", "/usr/share/distribution-gpg-keys/fedora"];

/** What this host's dnf is set up to use; empty when it has none. */
export async function hostSections(host: HostFiles): Promise<RepoSection[]> {
  const names = [...(await host.listHostFolder(repositories))]
    .filter((name) => name.endsWith(".repo"))
    .sort();
  const texts = await Promise.all(names.map((name) => host.readHostFile(`${repositories}/${name}`)));
  return texts.flatMap((bytes) => (bytes === undefined ? [] : parseRepoFile(bytes.toString())));
}

/**
 * The keys that the host has for a repository: the files that its section names (`gpgkey=file:…`), else those of the
 * release. Keys on the network are not fetched: whoever serves the packages would then choose who vouches for them.
 * @throws KEYRING_MISSING, BAD_ARCHIVE
 */
export async function hostKeys(
  what: string,
  urls: readonly string[],
  release: string | undefined,
  host: HostFiles,
): Promise<Keyring> {
  const variables = release === undefined ? {} : { releasever: release };
  const named = urls
    .map((url) => withVariables(url, variables))
    .filter((url) => url.startsWith("file:///"))
    .map((url) => url.slice("file://".length));
  const looked: string[] = [...named.filter((file) => !file.includes("$"))];
  for (const file of named) if (file.includes("$")) looked.push(...(await matching(file, host)));
  if (looked.length === 0 && release !== undefined)
    for (const folder of keyFolders)
      looked.push(...(await matching(`${folder}/RPM-GPG-KEY-fedora-${release}-$any`, host)));
  const found: Keyring[] = [];
  for (const file of looked) {
    const bytes = await host.readHostFile(file);
    if (bytes !== undefined) found.push(await parseKeyring(bytes, file));
  }
  if (found.length > 0) return mergeKeyrings(found);
  throw new TareError({
    code: "KEYRING_MISSING",
    what,
    looked:
      looked.length > 0 ? looked : [...urls.map(shownAddress), ...(release === undefined ? [] : keyFolders)],
  });
}

/** Files of a folder whose names fit one with a variable (`$basearch`) for its end. */
async function matching(file: string, host: HostFiles): Promise<string[]> {
  const slash = file.lastIndexOf("/");
  const [folder, name] = [file.slice(0, slash), file.slice(slash + 1)];
  const start = name.slice(0, name.indexOf("$"));
  if (folder.includes("$")) return [];
  const all = [...(await host.listHostFolder(folder))].filter((one) => one.startsWith(start)).sort();
  return all.map((one) => `${folder}/${one}`);
}
