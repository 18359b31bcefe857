import { access, constants, realpath } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";

/** Where the npm of this machine is: it decides which files of settings are the machine's. */
export interface HostNpm {
  /** npm's own folder, whose `npmrc` a distribution may have filled. */
  readonly npmPath: string;
  /** The Node.js that would run it: the prefix around it holds `etc/npmrc`. */
  readonly execPath: string;
}

/**
 * The first `npm` on the path, as a shell would find it; without one, what would belong to the Node.js that runs now.
 * Nothing is started.
 * @param path as the environment has it
 */
export async function hostNpm(path: string | undefined): Promise<HostNpm> {
  for (const folder of (path ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const npm = join(folder, "npm");
    try {
      await access(npm, constants.X_OK);
      // `npm` is a link to `bin/npm-cli.js` in npm's folder.
      return { npmPath: dirname(dirname(await realpath(npm))), execPath: join(folder, "node") };
    } catch {}
  }
  const prefix = dirname(dirname(process.execPath));
  return { npmPath: join(prefix, "lib/node_modules/npm"), execPath: process.execPath };
}
