import { resolve } from "node:path";
import { sourceDateEpoch } from "../../build/source-date.ts";
import type { Digest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { type Location, locationFrom, locationText, parseLocation } from "../../images/location.ts";
import { refuseMisnamed } from "../../images/misnamed.ts";
import type { ImportResult } from "../../model/imported.ts";
import { platformName } from "../../model/platform.ts";
import { familiarReference, parseReference } from "../../model/reference.ts";
import type { Store } from "../../model/seams.ts";
import { importReport } from "../../report/import-report.ts";
import { plain } from "../../report/table.ts";
import { keepApart } from "../apart.ts";
import { command, storeOption } from "../command.ts";
import { locationHelp } from "../location-help.ts";
import { platformOption } from "../platform-option.ts";
import { thisMachine } from "../this-machine.ts";
import { withWorld } from "../with-world.ts";

export const importTar = command({
  name: "import",
  summary: "Make an image out of any tarball, or of a folder",
  about: [
    "The tarball becomes the image's one layer, byte for byte: the sha256 of the tar is the layer's diffID, as with `docker import`. Whether it is plain or compressed with gzip, zstd, xz or bzip2 is told by its content. Plain, gzip and zstd stay as they came, unless --compression says otherwise; xz and bzip2 become gzip, since no runtime reads them. While it is read, it is checked: paths lead nowhere outside, every header makes sense; what its owner may not expect is said, and what cannot be unpacked is refused (exit code 3).",
    "With --normalise, the tar is written anew: sorted, each path once, all times 0 or SOURCE_DATE_EPOCH, owners by number and without names. Then the same files give the same layer, whoever packed them. GNU's sparse files are always written whole, and then it is said that the diffID is another one.",
    "A folder is packed in one order, with its modes and times, and compressed with gzip; extended attributes are not read. Its files belong to root in the image, unless tare runs as root: then their owners stay. Of a folder that `tare extract` made, owners, modes, attributes and devices are those of DIR.tare.jsonl beside it. SOURCE_DATE_EPOCH cuts off later times.",
    "The image is as old as the youngest entry, or SOURCE_DATE_EPOCH, so that the same tarball gives the same image. Without --to it goes to NAME.tar in this folder (NAME-TAG.tar, where it has a tag other than latest), which docker, podman and skopeo load.",
  ],
  arguments: [
    {
      name: "TARBALL",
      summary: "A file, a folder, an http or https address, or - for the standard input",
      required: true,
    },
    {
      name: "NAME",
      summary: "What the image is called, as fedora or registry.example/base:1",
      required: true,
    },
  ],
  options: {
    change: {
      value: "INSTRUCTION",
      short: "c",
      many: true,
      summary:
        "Set something of the configuration, written as in a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME or WORKDIR",
    },
    message: { value: "TEXT", short: "m", summary: "The comment in the image's history" },
    platform: {
      value: "PLATFORM",
      summary: "What it runs on, as linux/arm64 (default: Linux on this machine)",
    },
    sha256: {
      value: "DIGEST",
      summary: "Take no other bytes than these; http needs it, and for https it is well advised",
    },
    normalise: { summary: "Write the tar anew, so that it does not matter who packed it" },
    "strip-components": {
      value: "N",
      summary:
        "Take this many leading parts off the paths of a tarball, as GNU tar does: what has no more of them is left out; the diffID is then another one",
    },
    compression: { value: "HOW", summary: "gzip, zstd or none, with a level if need be: zstd:9" },
    to: {
      value: "LOCATION",
      many: true,
      summary: `Write the image here: ${locationHelp}; - for PATH is the standard output`,
    },
    ...storeOption,
  },
  examples: [
    { does: "Make an image of a root file system", line: "tare import - fedora < fedora.tar" },
    {
      does: "Give it a command and a variable, and hand it to docker",
      line: "tare import --change 'CMD [\"sh\"]' --change 'ENV LANG=C.UTF-8' --to docker-archive:- rootfs.tar.xz base | docker load",
    },
    {
      does: "Fetch one, held to its digest",
      line: "tare import --sha256 DIGEST --platform linux/arm64 https://mirror.example/minirootfs.tar.gz alpine",
    },
    {
      does: "Make the root of the one folder that all is in",
      line: "tare import --strip-components 1 rootfs.tar.xz base",
    },
    { does: "Pack a folder", line: "tare import --to oci:site:1 public site" },
  ],
  async run({ arguments: [source = "", name = ""], options }, io) {
    const reference = parseReference(name);
    if (reference === undefined) return refuse(`${JSON.stringify(name)} is no name for an image`);
    const { platform: runsOn } = options;
    const platform = runsOn === undefined ? thisMachine() : platformOption(runsOn, "tare import --help");
    const compression = await compressionOf(options.compression);
    const digest = digestFrom(options.sha256);
    const strip = countOf(options["strip-components"]);
    const shown = familiarReference(reference);
    const locations = locationsOf(options.to, shown, io.folder);
    const { config, unread } = await configOf(options.change);
    const epoch = sourceDateEpoch(io.environment);
    const { normalise, message } = options;
    const given = { name: shown, platform, config, message, compression, normalise, strip, epoch };
    if (source !== "-" && !isAddress(source)) await keepApart(resolve(io.folder, source), locations);
    return withWorld(io, { ...options, offline: false }, async (world) => {
      const [{ findTarball }, { importFolder, importTarball }, { makeInLayout }, { saveImage }] =
        await Promise.all([
          import("../../edit/find-tarball.ts"),
          import("../../edit/import.ts"),
          import("../../images/layout-place.ts"),
          import("../../images/save.ts"),
        ]);
      const found = await findTarball(source, digest, { ...world, folder: io.folder, stdin: io.stdin });
      if ("folder" in found && strip !== undefined)
        refuse(
          `--strip-components is for a tarball, and ${source} is a folder: import the one that is in it`,
        );
      const owners = process.getuid?.() === 0 ? "kept" : "root";
      const make = (keep?: Store["add"]) =>
        "folder" in found
          ? importFolder(found.folder, { ...given, owners }, { ...world, keep })
          : importTarball(found, given, { ...world, keep });
      const layout = locations.find(({ transport }) => transport === "oci");
      const placed = layout && (await makeInLayout(layout.path, make));
      const imported = placed?.made ?? (await make());
      const { image, layer, asItCame, entries } = imported;
      const warnings = [...unread, ...imported.warnings, ...looseAddress(source, digest)];
      const saved: ImportResult["saved"][number][] = [];
      const save = async (location: Location) => {
        const { stdout, signal, environment } = io;
        const { bytes, notes = [] } = await saveImage(image, location, {
          name: shown,
          stdout,
          signal,
          environment,
          runProgram: world.runProgram,
        });
        saved.push({
          location: locationText(location),
          bytes: location === layout ? bytes + (placed?.bytes ?? 0) : bytes,
        });
        warnings.push(...notes);
      };
      try {
        for (const location of locations) await save(location);
      } catch (cause) {
        await placed?.undo();
        throw cause;
      }
      const { diffId, size, uncompressedSize } = layer;
      const result: ImportResult = {
        name: shown,
        platform: platformName(platform),
        digest: image.manifest.digest,
        created: image.config.created as string,
        entries,
        layer: {
          digest: layer.digest,
          diffId,
          size,
          uncompressedSize,
          compression: layer.compression,
          asItCame,
        },
        saved,
        warnings,
      };
      // The image itself may be what goes to the standard output; then the report must not.
      const say = locations.some(({ path }) => path === "-")
        ? (text: string) => io.note(text.trimEnd())
        : io.out;
      if (options.json) say(`${JSON.stringify(result, null, 2)}\n`);
      else {
        for (const warning of warnings) io.warn(plain(warning));
        say(importReport(result, io));
      }
      return 0;
    });
  },
});

function isAddress(source: string): boolean {
  return /^https?:/i.test(source);
}

function looseAddress(source: string, digest: Digest | undefined): readonly string[] {
  if (digest !== undefined || !isAddress(source)) return [];
  return ["Only https vouched for what came; --sha256 would hold it to its bytes."];
}

function refuse(why: string): never {
  throw new TareError({ code: "BAD_USAGE", why, help: "tare import --help" });
}

async function compressionOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const { compressionWanted, parseCompression } = await import("../../build/recipe/compression.ts");
  return parseCompression(text) ?? refuse(`--compression must be ${compressionWanted}`);
}

function digestFrom(text: string | undefined): Digest | undefined {
  if (text === undefined) return undefined;
  const [, hex] = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text) ?? [];
  return hex === undefined ? refuse("--sha256 needs 64 hexadecimal digits") : `sha256:${hex.toLowerCase()}`;
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[1-9][0-9]{0,3}$/.test(text)
    ? Number(text)
    : refuse("--strip-components needs a number from 1 on");
}

/** `fedora:latest` goes to `fedora.tar`, `registry.example/base:1` to `base-1.tar`. */
function locationsOf(asked: readonly string[], name: string, folder: string): readonly Location[] {
  const file = name
    .replace(/^.*\//, "")
    .replace(/:latest$/, "")
    .replace(":", "-");
  const texts = asked.length > 0 ? asked : [`docker-archive:${file}.tar`];
  return texts.map((text) => refuseMisnamed(locationFrom(parseLocation(text), folder)));
}

async function configOf(changes: readonly string[]) {
  if (changes.length === 0) return { config: {}, unread: [] };
  const [{ applyChanges }, { unreadListsInChanges }] = await Promise.all([
    import("../../formats/dockerfile/changes.ts"),
    import("../../formats/dockerfile/unread-lists.ts"),
  ]);
  return { config: applyChanges({}, changes), unread: unreadListsInChanges(changes) };
}
