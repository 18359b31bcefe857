/** The host's own set-up, read only: apt's sources, keyrings, certificate authorities. */
export interface HostFiles {
  /** Undefined when it is not there, or may not be read. */
  readonly readHostFile: (path: string) => Promise<Buffer | undefined>;
  /** Names in a folder, without their path, in any order; empty when it is not there. */
  readonly listHostFolder: (folder: string) => Promise<readonly string[]>;
}
