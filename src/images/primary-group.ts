import { collect } from "../bytes/bytes.ts";
import type { Image } from "../model/image.ts";
import { flatten } from "./flatten.ts";

const accountsFile = "etc/passwd";
const accountsLimit = 4 << 20;

/**
 * The group of an image's user where its configuration names a user alone: the one that the image's `/etc/passwd` says,
 * or 0, as docker has it. The layers are read only then.
 * @throws what the layers throw, TOO_LARGE
 */
export async function primaryGroup({ config, layers }: Image, signal?: AbortSignal): Promise<string> {
  const user = config.config?.User ?? "";
  if (user === "" || user.includes(":")) return "0";
  for await (const { path, content } of flatten(layers, signal, isAccounts)) {
    if (path !== accountsFile) continue;
    const source = content instanceof Uint8Array ? [content] : content;
    return groupOf(user, (await collect(source, accountsLimit, accountsFile)).toString("utf8"));
  }
  return "0";
}

function isAccounts(path: string): boolean {
  return path === accountsFile;
}

/** By name, or by number (passwd(5)). */
function groupOf(user: string, accounts: string): string {
  const fields = accounts.split("\n").map((line) => line.split(":"));
  const found = fields.find(([name]) => name === user) ?? fields.find(([, , uid]) => uid === user);
  return found?.[3] || "0";
}
