import { z } from "zod";
import { flag, integer, listOf, matching, object, oneOf } from "../yaml/shapes.ts";
import { address, fingerprint, keyFile } from "./repository-shapes.ts";

/** `from: debian` and `from: ubuntu`: the same kind of repository with other names. */

const suite = matching(
  /^(?:\.?\/|[A-Za-z0-9][A-Za-z0-9.+-]*(?:\/[A-Za-z0-9][A-Za-z0-9.+-]*)*\/?)$/,
  "the name of a suite, as bookworm or bookworm-updates",
);
const component = matching(
  /^[A-Za-z0-9][A-Za-z0-9.+-]*(?:\/[A-Za-z0-9][A-Za-z0-9.+-]*)*$/,
  "the name of a component, as main or non-free-firmware",
);
const packageName = matching(/^[a-z0-9][a-z0-9+.-]{0,126}$/, "a package name, as ca-certificates");
const want = matching(
  /^[a-z0-9][a-z0-9+.-]{0,126}(?::[a-z0-9-]{1,32})?(?:=[0-9A-Za-z.+~:*-]{1,128}|\/[a-z0-9][a-z0-9.+-]{0,62})?$/,
  "a package name, NAME=VERSION or NAME/SUITE",
);
/** `2026-01-31`, or to the second as `20260131T120000Z`: how snapshot archives name their states. */
const snapshot = matching(
  /^(?:\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|\d{8}T\d{6}Z)$/,
  "a date, as 2026-01-31 or 20260131T120000Z",
).transform((value) => (value.length === 10 ? `${value.replaceAll("-", "")}T000000Z` : value));

const repository = object({
  uri: listOf(address).describe("Where it is; several are mirrors of each other, tried in this order"),
  suite: listOf(suite).describe("Its suites; one that ends in / is a flat repository without components"),
  components: listOf(component).default(["main"]).describe("Its components (default: main)"),
  "signed-by": keyFile.optional().describe("The file with its keys (default: keyring)"),
  keys: listOf(fingerprint)
    .optional()
    .describe(
      "Fingerprints of the keys that must sign it (default: keys of the item where its keyring counts, else any key of the file)",
    ),
  "allow-unsigned": flag().default(false).describe("Take it without a signature; the report says so"),
});

export const debianPackages = object({
  from: z.enum(["debian", "ubuntu"]).describe("Who makes the packages"),
  suite: listOf(suite).describe(
    "One release, as bookworm, which brings its updates and its security suite along; or a list of suites, which is taken exactly as it stands",
  ),
  components: listOf(component).default(["main"]).describe("Components of each suite (default: main)"),
  mirror: listOf(address)
    .optional()
    .describe(
      "Mirrors of the archive, tried in this order (default: TARE_DEBIAN_MIRROR, else the host's apt sources)",
    ),
  "security-mirror": listOf(address)
    .optional()
    .describe(
      "Mirrors of the security archive (default: TARE_DEBIAN_SECURITY_MIRROR, else the host's apt sources)",
    ),
  snapshot: snapshot
    .optional()
    .describe(
      "The archive as it was at this time, as 2026-01-31; the mirror (default: TARE_DEBIAN_SNAPSHOT) then holds {timestamp} where the time belongs, and may hold {archive}",
    ),
  updates: flag()
    .optional()
    .describe(
      "Whether SUITE-updates is taken (default: with one suite, when the mirror has it; true: it must)",
    ),
  security: flag()
    .optional()
    .describe(
      "Whether SUITE-security is taken (default: with one suite, when a mirror of it is known; true: it must)",
    ),
  repositories: listOf(repository, 50).default([]).describe("More repositories, beside the archive itself"),
  keyring: keyFile.optional().describe("The file with the archive's keys (default: the host's keyring)"),
  keys: listOf(fingerprint)
    .default([])
    .describe("Fingerprints of the keys that may sign the archive (default: any key of the keyring)"),
  "allow-unsigned": flag()
    .default(false)
    .describe(
      "Take the archive and all its repositories without a valid signature; the report says so (default: false)",
    ),
  variant: oneOf("none", "essential", "minbase", "apt")
    .default("none")
    .describe(
      "What comes without being asked for: none (the default), essential packages, minbase (those of priority required, and apt) or apt (essential packages, and apt)",
    ),
  include: listOf(want)
    .default([])
    .describe("Packages to have: NAME, NAME=VERSION (with * for any text) or NAME/SUITE"),
  exclude: listOf(packageName)
    .default([])
    .describe("Packages that must not be there; that one is needed is an error"),
  prefer: listOf(packageName)
    .default([])
    .describe("Packages that are taken before others where a dependency leaves the choice"),
  recommends: flag().default(false).describe("Whether recommended packages come along (default: false)"),
  pin: z
    .record(suite, integer(-1, 32_767))
    .default({})
    .describe("Priorities of suites, as in apt_preferences(5): { bookworm-backports: 100 }"),
});
