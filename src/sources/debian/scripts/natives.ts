import { configureCertificates, updateCertificates } from "../../../scripts/certificates.ts";
import { enableUnit, hasSystemd } from "../../../scripts/units.ts";
import type { Workspace } from "../../../scripts/workspace.ts";

/** A script whose work is done as a whole, because reading it line by line would not get far. */
interface Native {
  /** Texts that the script must hold: a later version that does something else is read like any other. */
  readonly holds: readonly string[];
  readonly phrase: string;
  /** Whether an image is none the worse without it. */
  readonly harmless?: true;
  /** Does the work; says what is in the way, if anything. */
  readonly run: (workspace: Workspace, text: string) => string | undefined;
}

const nothing = () => undefined;

const certificates: Native = {
  holds: ["/etc/ca-certificates.conf", "update-ca-certificates"],
  phrase: "certificates",
  run(workspace) {
    workspace.makeDirectory("/usr/local/share/ca-certificates", true);
    configureCertificates(workspace);
    return updateCertificates(workspace);
  },
};

/** Compiles the standard library, by hand: the interpreter of that moment does it. */
const byteCode: Native = {
  holds: ["py_compile"],
  phrase: "python makes its byte code when it runs",
  harmless: true,
  run(workspace, text) {
    const local = /\/usr\/local\/lib\/python3\.[0-9]+(?=\s)/.exec(text)?.[0];
    if (local !== undefined) workspace.makeDirectory(`${local}/dist-packages`, true);
    return undefined;
  },
};

/** By package and script. */
const natives = new Map<string, Native>([
  ["ca-certificates/postinst", certificates],
  [
    "ca-certificates/config",
    { holds: ["ca-certificates/trust_new_crts"], phrase: "every certificate is trusted", run: nothing },
  ],
  [
    "dpkg/postinst",
    {
      holds: ["fixup_misplaced_alternatives", "check_merged_usr_via_aliased_dirs"],
      phrase: "nothing of an older version to clean up",
      harmless: true,
      run: (workspace) => (hasSystemd(workspace) ? enableUnit(workspace, "dpkg-db-backup.timer") : undefined),
    },
  ],
  [
    "usr-is-merged/postinst",
    { holds: ["cleanup_biarch_dirs"], phrase: "/usr is merged", harmless: true, run: nothing },
  ],
]);

export function nativeOf(name: string, script: string, text: string): Native | undefined {
  const python = script === "postinst" && /^python3\.[0-9]+(?:-minimal)?$/.test(name);
  const native = python ? byteCode : natives.get(`${name}/${script}`);
  return native?.holds.every((part) => text.includes(part)) ? native : undefined;
}
