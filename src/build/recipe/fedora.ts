import { z } from "zod";
import { flag, integer, listOf, matching, object, text } from "../yaml/shapes.ts";
import { address, fingerprint, keyFile } from "./repository-shapes.ts";

/** `from: fedora`, and `dnf` or `yum` for whoever brings all repositories: rpms. */

const release = matching(/^(?:[0-9]{1,4}(?:\.[0-9]{1,4})?|rawhide)$/, "a release, as 42 or rawhide").meta({
  is: { type: ["string", "number"] },
});
const id = matching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/, "the name of a repository, as updates or my-repo");
const want = matching(
  /^[A-Za-z0-9_/*][^\p{Cc}]{0,255}$/u,
  "a package as dnf takes it: httpd, glibc.i686, httpd-2.4.62, /usr/bin/vi or perl(JSON)",
);
const pattern = matching(
  /^[A-Za-z0-9_*?[][^\s,/]{0,255}$/,
  "packages as dnf's excludepkgs names them: kernel*, glibc.i686 or httpd-2.4.62",
);

const repository = object({
  name: id.describe("What it is called, here and in the lock"),
  baseurl: listOf(address)
    .optional()
    .describe(
      "Where it is: what is above repodata/; several are mirrors of each other. $releasever and $basearch are put in",
    ),
  metalink: address
    .optional()
    .describe("Instead: where a list of its mirrors is, with what its index must be"),
  mirrorlist: address.optional().describe("Instead: where a plain list of its mirrors is"),
  keyring: listOf(keyFile).optional().describe("Files with its keys (default: keyring of the item)"),
  keys: listOf(fingerprint)
    .optional()
    .describe(
      "Fingerprints that may sign it (default: keys of the item where its keyring counts, else any key of the files)",
    ),
  "allow-unsigned": flag().default(false).describe("Take its packages unsigned; the report says so"),
  "signed-index": flag()
    .default(false)
    .describe(
      "Whether its index must be signed as well (repo_gpgcheck of dnf); where it is not, each package's own signature is checked",
    ),
  priority: integer(-100_000, 100_000)
    .optional()
    .describe("As in dnf.conf(5): lower numbers win (default: 99)"),
  exclude: listOf(pattern)
    .default([])
    .describe(
      "Packages that must not come from it, as excludepkgs of dnf names them: kernel*, glibc.i686, httpd-2.4.62",
    ),
}).superRefine((value, context) => {
  const given = ["baseurl", "metalink", "mirrorlist"].filter((key) => key in value);
  if (given.length !== 1)
    context.addIssue({
      code: "custom",
      message: `must have one of baseurl, metalink and mirrorlist, not ${given.join(" and ") || "none"}`,
    });
});

export const fedoraPackages = object({
  from: z
    .enum(["fedora", "dnf", "yum"])
    .describe(
      "Packages of Fedora, or with repositories of your own of any distribution that has rpms: dnf and yum are other names for it",
    ),
  release: release
    .optional()
    .describe(
      "Fedora's release, as 42 or rawhide, which brings its updates; without one, only repositories count",
    ),
  mirror: listOf(address)
    .optional()
    .describe(
      "Mirrors of Fedora, tried in this order: what is above releases/ and updates/ (default: TARE_FEDORA_MIRROR, else the host's yum.repos.d)",
    ),
  updates: flag()
    .optional()
    .describe("Whether updates are taken (default: with a release, when the mirror has them; true: it must)"),
  repositories: listOf(repository, 50).default([]).describe("More repositories, or all of them"),
  "repo-files": listOf(text())
    .default([])
    .describe(
      "Files as in yum.repos.d, whose enabled sections are repositories, too: paths that start at the recipe's folder, or absolute ones of the host",
    ),
  keyring: listOf(keyFile)
    .default([])
    .describe(
      "Files with the keys that vouch for packages, as rpm --import takes them (default: the host's)",
    ),
  keys: listOf(fingerprint)
    .default([])
    .describe("Fingerprints of the keys that may sign packages (default: any key of the keyring)"),
  "allow-unsigned": flag()
    .default(false)
    .describe("Take packages without a valid signature; the report says so (default: false)"),
  include: listOf(want)
    .default([])
    .describe(
      "Packages to have, as dnf takes them: httpd, glibc.i686, httpd-2.4.62, /usr/bin/vi, perl(JSON)",
    ),
  exclude: listOf(pattern)
    .default([])
    .describe(
      "Packages that must not be there, as excludepkgs of dnf names them: kernel*, glibc.i686, httpd-2.4.62; that one is needed is an error",
    ),
  recommends: flag()
    .default(false)
    .describe("Whether weak dependencies come along, as with dnf's install_weak_deps (default: false)"),
}).superRefine((value, context) => {
  if (value.release === undefined && value.repositories.length + value.repoFiles.length === 0)
    context.addIssue({ code: "custom", message: "must have release, or repositories, or repo-files" });
  for (const key of ["mirror", "updates"] as const)
    if (value.release === undefined && value[key] !== undefined)
      context.addIssue({ code: "custom", path: [key], message: "goes only with release" });
});
