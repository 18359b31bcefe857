import { TareError } from "../../errors.ts";
import { command } from "../command.ts";
import { storeFolder } from "../folders.ts";
import { insideArgument, insideOptions } from "../inside-arguments.ts";

const help = "tare run --help";

export const run = command({
  name: "run",
  summary: "Start an image with what this machine has: runc, bubblewrap, podman and others",
  about: [
    "Takes the first of runc, crun, bwrap, podman, docker, systemd-nspawn and unshare that is here and works as this user, and starts the image's program in it, without a network unless asked. Root is not needed. Input, output, terminal and signals are passed on, and so is the program's exit code; 126 says that the program cannot be executed, 127 that it is not there.",
    "All that follows LOCATION is the program's, options too; a -- right behind LOCATION is not. The image's files are extracted into a folder of the store, which the program may write to and which is removed afterwards, with the container, even if tare is killed. Ten seconds after SIGTERM or SIGHUP, or with the third SIGTERM or SIGINT, the program is ended by force. Set-user-ID bits do not count. This is to try images out: it is no sandbox for programs that nobody trusts.",
  ],
  arguments: [insideArgument, { name: "ARGUMENT", summary: "Instead of the image's CMD", rest: true }],
  options: {
    with: { value: "NAME", summary: "Start it with this, and nothing else: runc, crun, bwrap, …" },
    network: { value: "NETWORK", summary: "none (default) or host, this machine's own" },
    volume: {
      value: "HOST:IMAGE",
      short: "v",
      many: true,
      summary: "Show a file or folder of this machine inside; with :ro at the end, for reading only",
    },
    env: {
      value: "NAME[=VALUE]",
      short: "e",
      many: true,
      summary: "A variable beside the image's; without a value, as it is here, if it is",
    },
    user: { value: "USER", short: "u", summary: "USER[:GROUP] instead of the image's, names or numbers" },
    entrypoint: { value: "PROGRAM", summary: "Instead of the image's ENTRYPOINT; its CMD is left out, too" },
    ...insideOptions,
    rm: { summary: "Always so: nothing stays of what was started" },
    interactive: { short: "i", summary: "Always so: input is passed on" },
    tty: { short: "t", summary: "Always so, where input and output are a terminal" },
  },
  examples: [
    { does: "Start an image as it is meant to be", line: "tare run oci:image:1" },
    { does: "Look around in one", line: "tare run --entrypoint sh docker-archive:shout.tar" },
    { does: "Run a program of a plain tarball", line: "tare run tar:rootfs.tar /bin/ls -l /" },
  ],
  async run({ arguments: [location = "", ...args], options }, io) {
    const refuse = (why: string) => new TareError({ code: "BAD_USAGE", why, help });
    if (options.json) throw refuse("--json has nothing to print: the output is the program's own");
    const { network = "none", with: runtime, user, entrypoint } = options;
    if (network !== "none" && network !== "host")
      throw refuse(`--network needs none or host, not ${JSON.stringify(network)}`);
    const env = options.env.flatMap((text) => {
      if (!/^[^=\0]+(=[^\0]*)?$/.test(text))
        throw refuse(`--env needs NAME or NAME=VALUE, not ${JSON.stringify(text)}`);
      const here = io.environment[text];
      return text.includes("=") ? [text] : here === undefined ? [] : [`${text}=${here}`];
    });
    const { runtimes } = await import("../../run/runtimes.ts");
    const names = runtimes.map(({ name }) => name);
    if (runtime !== undefined && !names.includes(runtime))
      throw refuse(`--with needs one of ${names.join(", ")}, not ${JSON.stringify(runtime)}`);
    const { parseVolume } = await import("../volume.ts");
    const volumes = await Promise.all(options.volume.map((text) => parseVolume(text, io.folder, help)));
    const { runImage } = await import("../../run/run-image.ts");
    const { lifeline } = await import("../../run/lifeline.ts");
    const { passSignals } = await import("../pass-signals.ts");
    const { thisMachine } = await import("../this-machine.ts");
    const { withInside } = await import("../with-inside.ts");
    return withInside(io, location, options, async ({ inside, image }) => {
      const folder = storeFolder(io.environment);
      const store = await io.engine.openStore(folder);
      const release = await io.engine.leaseStore(folder);
      const line = lifeline(await store.scratch(), io.environment);
      try {
        return await runImage(inside, image, {
          args,
          env,
          network,
          volumes,
          lifeline: line,
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
        const why = await line.end();
        // What the program ended with matters more.
        if (why !== undefined)
          io.warn(`what the program left cannot be removed (${why}); remove ${line.folder} yourself.`);
        await release();
      }
    });
  },
});
