/** The host's own set-up files, read only: apt's sources and keyrings. */
export interface HostFiles {
  /** Undefined when it is not there. */
  readonly readHostFile: (path: string) => Promise<Uint8Array | undefined>;
  /** Names in a folder, without their path, in any order; empty when it is not there. */
  readonly listHostFolder: (folder: string) => Promise<readonly string[]>;
}

/** Text of a file that people write: UTF-8, and what is not is shown as it can be. */
export async function readHostText(host: HostFiles, path: string): Promise<string | undefined> {
  const bytes = await host.readHostFile(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
