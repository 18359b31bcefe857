import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readFailure } from "../../bytes/read-failure.ts";
import { command, storeOption } from "../command.ts";
import { compressionFrom, copying, platformFrom } from "../copying.ts";
import { locationArgument } from "../location-argument.ts";
import { thisMachine } from "../this-machine.ts";

const help = "tare copy --help";

export const copy = command({
  name: "copy",
  summary: "Copy an image from one place to another",
  about: [
    "A location is written as skopeo and podman have it: oci:FOLDER:TAG, oci-archive:FILE:TAG, docker-archive:FILE:NAME:TAG, docker-daemon:NAME:TAG, aci:FILE, incus:FILE, nspawn:FILE.tar.gz, wsl:FILE.wsl, squashfs:FILE, ext4:FILE, dir:FOLDER, tar:FILE. An archive may be -, the standard input or output.",
    "Manifest and configuration stay byte for byte as they are, so the digest stays; what cannot stay, because of an option or of what the destination holds, is said. An index of several platforms is copied whole where it can stand, and else the image for this machine is.",
    "aci://HOST/NAME:VERSION is an App Container Image that is found through its name, over https. Its signature must be by a key of --keyring.",
    "Several images go to one docker-archive: or to docker-daemon:, each under its own name. The docker daemon is spoken to over its socket (DOCKER_HOST); docker itself is not needed.",
  ],
  arguments: [
    { name: "SOURCE", summary: "Where the image is", required: true, many: true },
    { name: "DESTINATION", summary: "Where it goes", required: true },
  ],
  options: {
    platform: { value: "PLATFORM", summary: "Of an image for several platforms this one, as linux/arm64" },
    compression: {
      value: "HOW",
      summary:
        "Compress layers with gzip, zstd or none, with a level if need be (zstd:9); the digest changes",
    },
    keyring: { value: "FILE", summary: "OpenPGP keys that may sign what comes from aci://" },
    ...storeOption,
    threads: { value: "NUMBER", summary: "How many threads compress (default: one for each processor)" },
  },
  examples: [
    { does: "Take an image from docker", line: "tare copy docker-daemon:shout:1 oci:image:1" },
    { does: "Give it to docker", line: "tare copy oci:image:1 docker-daemon:shout:1" },
    { does: "Read what `docker save` wrote", line: "tare copy docker-archive:- oci:image:1 < saved.tar" },
    {
      does: "Put two images into one archive that docker, podman and skopeo load",
      line: "tare copy docker-daemon:shout:1 docker-archive:api.tar docker-archive:both.tar",
    },
    {
      does: "Have its layers compressed with zstd",
      line: "tare copy --compression zstd oci:image:1 oci:smaller:1",
    },
  ],
  async run({ arguments: given, options }, io) {
    const platform = platformFrom(options.platform, help);
    const locations = await Promise.all(given.map((text) => locationArgument(text, io.folder)));
    const destination = locations.at(-1) as (typeof locations)[number];
    const compression = await compressionFrom(options.compression, destination, help);
    const from = { sources: locations.slice(0, -1), destination, platform };
    return copying(io, from, options, ({ fetch, now }) => ({
      discovery: {
        fetch,
        now,
        platform: platform ?? thisMachine(),
        keys: () => keysFrom(options.keyring, io.folder),
      },
      ...(compression && { compression }),
    }));
  },
});

async function keysFrom(name: string | undefined, folder: string) {
  if (name === undefined) return undefined;
  const file = resolve(folder, name);
  const bytes = await readFile(file).catch((cause) => {
    throw readFailure(cause, file);
  });
  return { bytes, where: file };
}
