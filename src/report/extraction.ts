import { count, humanSize } from "./size.ts";
import { plain } from "./table.ts";

/** Something that a folder did not keep of what was extracted. */
interface Loss {
  readonly kind: "owner" | "setuid" | "device" | "attribute";
  readonly count: number;
  readonly paths: readonly string[];
}

interface Extracted {
  readonly folder: string;
  readonly sidecar: string;
  readonly entries: number;
  readonly size: number;
  readonly losses: readonly Loss[];
}

export function extractedText({ folder, sidecar, entries, size }: Extracted): string {
  const what = `${count(entries, "entry", "entries")}, ${humanSize(size)}`;
  return plain(`${folder} (${what}), and what it cannot keep in ${sidecar}`).concat("\n");
}

const sayings: Readonly<Record<Loss["kind"], (one: boolean) => string>> = {
  owner: (one) => `${one ? "belongs" : "belong"} to you, since only root gives files away`,
  setuid: (one) => `lost ${one ? "its" : "their"} set-user-ID bits; --setuid keeps them, as root`,
  device: (one) =>
    `${one ? "is a device or pipe and was" : "are devices or pipes and were"} left out; --devices makes them (devices need root)`,
  attribute: (one) => `${one ? "has" : "have"} extended attributes, which were not set`,
};

/** One sentence for each kind of loss, with the first few paths. */
export function lossSentences({ losses }: Extracted): string[] {
  return losses.map(({ kind, count: all, paths }) => {
    const names = paths.map((path) => `/${path}`).join(", ");
    const more = all > paths.length ? ` and ${all - paths.length} more` : "";
    return plain(`${names}${more} ${sayings[kind](all === 1)}.`);
  });
}
