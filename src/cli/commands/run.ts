import { TareError } from "../../errors.ts";
import { command } from "../command.ts";
import { storeFolder } from "../folders.ts";
import { insideArgument, insideOptions } from "../inside-arguments.ts";

const help = "tare run --help";

export const run = command({
  name: "run",
  summary: "Start an image with what this machine has: runc, bubblewrap, podman and others",
  about: [
    "Takes the first of runc, crun, bwrap, podman, docker, systemd-nspawn and unshare that is here and works as this user, and starts the image's program in it, without a network unless asked. Root is not needed. Input, output, terminal and signals are passed on, and so is the program's exit code.",
    "The image's files are extracted into a folder of the store, which the program may write to and which is removed afterwards. Set-user-ID bits do not count. This is to try images out: it is no sandbox for programs that nobody trusts.",
  ],
  arguments: [
    insideArgument,
    { name: "ARGUMENT", summary: "Instead of the image's CMD, best behind --", many: true },
  ],
  options: {
    with: { value: "NAME", summary: "Start it with this, and nothing else: runc, crun, bwrap, …" },
    network: { value: "NETWORK", summary: "none (default) or host, this machine's own" },
    volume: {
      value: "HOST:IMAGE",
      short: "v",
      many: true,
      summary: "Show a file or folder of this machine inside; with :ro at the end, for reading only",
    },
    env: { value: "NAME=VALUE", short: "e", many: true, summary: "A variable beside the image's" },
    user: { value: "USER", short: "u", summary: "USER[:GROUP] instead of the image's, names or numbers" },
    entrypoint: { value: "PROGRAM", summary: "Instead of the image's ENTRYPOINT; its CMD is left out, too" },
    ...insideOptions,
  },
  examples: [
    { does: "Start an image as it is meant to be", line: "tare run oci:image:1" },
    { does: "Look around in one", line: "tare run --entrypoint sh docker-archive:shout.tar" },
    { does: "Run a program of a plain tarball", line: "tare run tar:rootfs.tar -- /bin/ls -l /" },
  ],
  async run({ arguments: [location = "", ...args], options }, io) {
    const refuse = (why: string) => new TareError({ code: "BAD_USAGE", why, help });
    const { network = "none", with: runtime, user, entrypoint } = options;
    if (network !== "none" && network !== "host")
      throw refuse(`--network needs none or host, not ${JSON.stringify(network)}`);
    for (const pair of options.env)
      if (!/^[^=\0]+=[^\0]*$/.test(pair)) throw refuse(`--env needs NAME=VALUE, not ${JSON.stringify(pair)}`);
    const { runtimes } = await import("../../run/runtimes.ts");
    const names = runtimes.map(({ name }) => name);
    if (runtime !== undefined && !names.includes(runtime))
      throw refuse(`--with needs one of ${names.join(", ")}, not ${JSON.stringify(runtime)}`);
    const { parseVolume } = await import("../volume.ts");
    const volumes = await Promise.all(options.volume.map((text) => parseVolume(text, io.folder, help)));
    const { runImage } = await import("../../run/run-image.ts");
    const { removeTree } = await import("../../run/remove-tree.ts");
    const { passSignals } = await import("../pass-signals.ts");
    const { thisMachine } = await import("../this-machine.ts");
    const { withInside } = await import("../with-inside.ts");
    return withInside(io, location, options, async ({ inside, image }) => {
      const folder = storeFolder(io.environment);
      const store = await io.engine.openStore(folder);
      const release = await io.engine.leaseStore(folder);
      const scratch = await store.scratch();
      try {
        return await runImage(inside, image, {
          args,
          env: options.env,
          network,
          volumes,
          scratch,
          machine: thisMachine(),
          host: { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 },
          environment: io.environment,
          terminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
          signals: passSignals,
          signal: io.signal,
          ...(runtime !== undefined && { runtime }),
          ...(user !== undefined && { user }),
          ...(entrypoint !== undefined && { entrypoint }),
        });
      } finally {
        // What the program ended with matters more.
        await removeTree(scratch).catch(({ message }: Error) =>
          io.warn(`what the program left cannot be removed (${message}); remove ${scratch} yourself.`),
        );
        await release();
      }
    });
  },
});
