import { basename } from "node:path";
import type { Digest } from "../bytes/digest.ts";
import {
  distributionConfPath,
  distributionName,
  encodeDistributionConf,
} from "../formats/wsl/distribution-conf.ts";
import type { Entry } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import type { Reference } from "../model/reference.ts";
import { flatten } from "./flatten.ts";
import { leftOut } from "./left-out.ts";
import type { Sink } from "./sink.ts";
import { type SmallFile, smallFiles } from "./small-files.ts";
import { writeTarball } from "./write-tarball.ts";

const accountsPath = "etc/passwd";

/**
 * Writes an image as a distribution for WSL: its root, compressed with gzip, which every version reads, and a
 * `/etc/wsl-distribution.conf` if it brings none. `file` lends its name where there is no reference. Returns the sha256
 * of the file, and sentences about what it does not say.
 * @throws what the layers throw
 */
export async function writeWsl(
  { layers, config }: Image,
  { reference, file }: { readonly reference: Reference | undefined; readonly file: string },
  sink: Sink,
  signal?: AbortSignal,
): Promise<{ readonly digest: Digest; readonly notes: readonly string[] }> {
  const found = await smallFiles(layers, ["etc", distributionConfPath, accountsPath], signal);
  const hasConf = found.has(distributionConfPath);
  const etc = found.get("etc")?.type ?? "directory";
  const uid = uidOf(config.config?.User ?? "", found.get(accountsPath));
  const own = reference?.repository.replace(/^.*\//, "") ?? basename(file).replace(/\.wsl$/, "");
  const conf = encodeDistributionConf({
    defaultName: distributionName(own),
    defaultUid: uid === 0 ? undefined : uid,
  });
  const adds = !hasConf && etc === "directory";
  const root = flatten(layers, signal);
  const digest = await writeTarball(adds ? withConf(root, conf) : root, "gzip", sink);
  const keepsUser = uid === 0 || (adds && uid !== undefined);
  const notes = leftOut(config, "A distribution for WSL", keepsUser ? ["User"] : []);
  if (adds || hasConf) return { digest, notes };
  const without = `It has no /${distributionConfPath}, and none was added: /etc is no folder.`;
  return { digest, notes: [...notes, without] };
}

/** The number of a user that has an account: WSL starts nobody else. Nobody named is root. */
function uidOf(user: string, accounts: SmallFile | undefined): number | undefined {
  const [name = ""] = user.split(":");
  if (name === "" || name === "0") return 0;
  const fields = (accounts?.text ?? "").split("\n").map((line) => line.split(":"));
  const account = fields.find(([one]) => one === name) ?? fields.find(([, , uid]) => uid === name);
  const uid = account?.[2] ?? "";
  return /^\d{1,10}$/.test(uid) ? Number(uid) : undefined;
}

const plain = { uid: 0, gid: 0, uname: "", gname: "", mtime: 0 } as const;

async function* withConf(root: AsyncIterable<Entry>, content: Uint8Array): AsyncGenerator<Entry> {
  let hasFolder = false;
  for await (const entry of root) {
    hasFolder ||= entry.path === "etc";
    yield entry;
  }
  if (!hasFolder)
    yield { ...plain, path: "etc", type: "directory", mode: 0o755, size: 0, content: new Uint8Array(0) };
  const size = content.byteLength;
  yield { ...plain, path: distributionConfPath, type: "file", mode: 0o644, size, content };
}
