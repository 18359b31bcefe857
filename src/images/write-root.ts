import type { Digest } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import type { Image } from "../model/image.ts";
import { platformName } from "../model/platform.ts";
import type { Reference } from "../model/reference.ts";
import { compressionNamed } from "./compression-named.ts";
import { flatten } from "./flatten.ts";
import { leftOut } from "./left-out.ts";
import { type Location, locationText, type Transport } from "./location.ts";
import { writeAci } from "./save-aci.ts";
import { writeIncus } from "./save-incus.ts";
import { writeWsl } from "./save-wsl.ts";
import type { Sink } from "./sink.ts";
import { writeTarball } from "./write-tarball.ts";

/** Those that hold one root and no layers, as a file. */
export type RootTransport = Extract<Transport, "aci" | "incus" | "nspawn" | "tar" | "wsl">;

export interface WrittenRoot {
  readonly digest: Digest;
  /** Whole sentences: what of the image has no place there. */
  readonly notes?: readonly string[];
}

/** Writes what a file of that kind holds. @throws what the layers throw, BAD_LOCATION for a platform without a word */
export async function writeRoot(
  image: Image,
  location: Location & { readonly transport: RootTransport },
  reference: Reference | undefined,
  sink: Sink,
  signal?: AbortSignal,
): Promise<WrittenRoot> {
  const { transport, path } = location;
  const called = { reference, file: path };
  const root = () => flatten(image.layers, signal);
  switch (transport) {
    case "aci":
      return { digest: await writeAci(image, called, sink, signal) };
    case "incus": {
      const written = await writeIncus(image, reference, compressionNamed(path) ?? "gzip", sink, signal);
      if (written !== undefined) return written;
      const why = `incus has no word for ${platformName(image.platform)}`;
      throw new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
    }
    case "nspawn": {
      const digest = await writeTarball(root(), compressionNamed(path) ?? "none", sink);
      return { digest, notes: leftOut(image.config, "A root for systemd-nspawn") };
    }
    case "tar":
      return { digest: await writeTarball(root(), "none", sink) };
    case "wsl":
      return writeWsl(image, called, sink, signal);
  }
}
