import { createHash } from "node:crypto";
import { subjectHash } from "../../../formats/x509.ts";
import { textsOf } from "../../../scripts/commands/arguments.ts";
import { type Call, type Status, Unsure } from "../../../scripts/shell/interpret.ts";
import type { Workspace } from "../../../scripts/workspace.ts";
import {
  anchorsFor,
  efiSignatureLists,
  javaKeyStore,
  opensslBundle,
  pem,
  pemBundle,
  purpose,
  unique,
} from "./bundles.ts";
import { readTrustSources, type SourceCertificate } from "./certificates.ts";

const program = "/usr/bin/update-ca-trust";
/** Of the same package, and left where a recipe leaves the program out. */
const packaged = "/usr/share/pki/ca-trust-source";
const extracted = "/etc/pki/ca-trust/extracted";

/** What `update-ca-trust`, alone or with `extract`, leaves of the trust sources: a bundle for each use. */
export function updateCaTrust(call: Call): Status {
  const { workspace, findings } = call.shell;
  const args = textsOf(call);
  if (args.length > 1 || (args.length === 1 && args[0] !== "extract"))
    throw new Unsure(`update-ca-trust ${args.join(" ")} is not known`);
  if (![program, packaged].some((path) => workspace.resolve(path))) return 127;
  const sources = readTrustSources(workspace);
  if (typeof sources === "string") throw new Unsure(sources);
  const servers = anchorsFor(sources, purpose.serverAuth);
  const bundle = `${extracted}/pem/tls-ca-bundle.pem`;
  if (servers.length === 0 && (workspace.resolve(bundle)?.size ?? 0) > 0)
    throw new Unsure(`it would leave no certificate in ${bundle}`);
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ["openssl/ca-bundle.trust.crt", opensslBundle(sources)],
    ["pem/tls-ca-bundle.pem", pemBundle(servers)],
    ["pem/email-ca-bundle.pem", pemBundle(anchorsFor(sources, purpose.email))],
    ["pem/objsign-ca-bundle.pem", pemBundle(anchorsFor(sources, purpose.codeSigning))],
    ["java/cacerts", javaKeyStore(servers, workspace.timestamp)],
    ...(makes(workspace, "edk2-cacerts") ? [["edk2/cacerts.bin", efiSignatureLists(servers)] as const] : []),
  ];
  for (const [path, content] of files) {
    const folder = `${extracted}/${path.slice(0, path.indexOf("/"))}`;
    workspace.makeDirectory(folder, true);
    replace(workspace, `${extracted}/${path}`, content);
  }
  if (makes(workspace, "pem-directory-hash")) hashed(workspace, `${extracted}/pem/directory-hash`, servers);
  findings.handled.add("certificates");
  return 0;
}

/** `ca-legacy install`: which of two lists of older certificates is one of the sources. */
export function caLegacy(call: Call): Status {
  const { workspace, findings } = call.shell;
  const [action, ...rest] = textsOf(call);
  if (action !== "install" || rest.length > 0) throw new Unsure(`ca-legacy ${action ?? ""} is not known`);
  const disabled = /^legacy *= *disable *$/im.test(workspace.text("/etc/pki/ca-trust/ca-legacy.conf") ?? "");
  const link = "/etc/pki/ca-trust/source/ca-bundle.legacy.crt";
  const target = `/usr/share/pki/ca-trust-legacy/ca-bundle.legacy.${disabled ? "disable" : "default"}.crt`;
  if (workspace.lookup(link)?.link === target) return 0;
  workspace.makeDirectory("/etc/pki/ca-trust/source", true);
  workspace.remove(link);
  workspace.symlink(link, target);
  findings.handled.add("certificates");
  return 0;
}

/** The script itself tells what it makes; the older it is, the less. All of it, where it is not at hand. */
function makes(workspace: Workspace, format: string): boolean {
  return workspace.text(program)?.includes(`--format=${format}`) ?? true;
}

/** A link that stands there is replaced; nobody is to write the file. */
function replace(workspace: Workspace, path: string, content: string | Uint8Array): void {
  if (workspace.lookup(path)?.type === "symlink") workspace.remove(path);
  workspace.write(path, content, { mode: 0o444 });
}

/** `--format=pem-directory-hash`: one file each, and links by the two hashes of its subject that OpenSSL has had. */
function hashed(workspace: Workspace, folder: string, certificates: readonly SourceCertificate[]): void {
  workspace.makeDirectory(folder, true);
  for (const name of workspace.list(folder)) workspace.remove(`${folder}/${name}`);
  const taken = new Map<string, number>();
  for (const { label, der, subject } of certificates) {
    const plain = Buffer.from(label)
      .toString("latin1")
      .replace(/[^A-Za-z0-9._-]/g, "_");
    const name = unique(`${plain}.pem`, taken, (count) => `${plain}.${count}.pem`);
    replace(workspace, `${folder}/${name}`, pem("CERTIFICATE", der));
    const old = createHash("md5").update(subject).digest().readUInt32LE(0).toString(16).padStart(8, "0");
    for (const hash of [subjectHash(der), old]) {
      if (hash === undefined) continue;
      const link = unique(`${hash}.0`, taken, (count) => `${hash}.${count}`);
      workspace.symlink(`${folder}/${link}`, name);
    }
  }
}
