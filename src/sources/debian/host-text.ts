import type { HostFiles } from "../../model/host-files.ts";

/** Text of a file that people write: UTF-8, and what is not is shown as it can be. */
export async function readHostText(host: HostFiles, path: string): Promise<string | undefined> {
  const bytes = await host.readHostFile(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
