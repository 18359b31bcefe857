import { TareError } from "../../errors.ts";
import { parseDeb822 } from "../../formats/deb/deb822.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { readHostText } from "./host-text.ts";

/** Which keys may sign a source, as `Signed-By` says (sources.list(5)). */
export interface SignedBy {
  readonly files: readonly string[];
  /** Upper case, without the exclamation mark that apt allows. */
  readonly fingerprints: readonly string[];
  /** Armoured keys that stand in the source itself. */
  readonly embedded: string | undefined;
}

/** One enabled entry for binary packages of the host's apt. */
export interface AptSource {
  /** Base addresses, without a trailing slash; whatever apt speaks. */
  readonly uris: readonly string[];
  /** Suites, or paths of flat repositories, which end in `/`. */
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Undefined when it does not restrict them. */
  readonly architectures: readonly string[] | undefined;
  readonly signedBy: SignedBy | undefined;
  readonly checkValidUntil: boolean;
  /** The file it stands in. */
  readonly file: string;
}

const main = "/etc/apt/sources.list";
const parts = "/etc/apt/sources.list.d";

/** All enabled entries, in apt's order: sources.list, then the folder's files by name. @throws BAD_ARCHIVE */
export async function readAptSources(host: HostFiles): Promise<AptSource[]> {
  const names = [...(await host.listHostFolder(parts))].sort();
  const sources: AptSource[] = [];
  for (const file of [main, ...names.map((name) => `${parts}/${name}`)]) {
    const parse = file.endsWith(".list")
      ? parseOneLineSources
      : file.endsWith(".sources")
        ? parseDeb822Sources
        : undefined;
    const text = parse && (await readHostText(host, file));
    if (parse && text !== undefined) sources.push(...parse(text, file));
  }
  return sources;
}

/** The deb822 style of sources.list(5). @throws BAD_ARCHIVE */
export function parseDeb822Sources(text: string, file: string): AptSource[] {
  return parseDeb822(text, file).flatMap(({ fields }) => {
    const words = (name: string) => wordsOf(fields.get(name) ?? "");
    if (isNo(fields.get("enabled")) || !words("types").includes("deb")) return [];
    const signedBy = fields.get("signed-by");
    return [
      {
        uris: words("uris").map(withoutSlash),
        suites: words("suites"),
        components: words("components"),
        architectures: fields.has("architectures") ? words("architectures") : undefined,
        signedBy: signedBy === undefined ? undefined : parseSignedBy(signedBy),
        checkValidUntil: !isNo(fields.get("check-valid-until")),
        file,
      },
    ];
  });
}

/** The one-line style: `deb [signed-by=… arch=a,b] URI SUITE COMPONENT…`. @throws BAD_ARCHIVE with the line */
export function parseOneLineSources(text: string, file: string): AptSource[] {
  return text.split("\n").flatMap((line, index) => {
    const plain = line.replace(/#.*/, "").trim();
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S.*)$/.exec(plain);
    if (plain === "" || match?.[1] === "deb-src") return [];
    const [uri, suite, ...components] = wordsOf(match?.[3] ?? "");
    if (uri === undefined || suite === undefined)
      throw new TareError({
        code: "BAD_ARCHIVE",
        format: "apt source",
        where: `${file}:${index + 1}`,
        why: "it is not `deb`, an address, and a suite",
      });
    const options = new Map(wordsOf(match?.[2] ?? "").map(optionOf));
    const signedBy = options.get("signed-by");
    return [
      {
        uris: [withoutSlash(uri)],
        suites: [suite],
        components,
        architectures: options.get("arch")?.split(","),
        signedBy: signedBy === undefined ? undefined : parseSignedBy(signedBy),
        checkValidUntil: !isNo(options.get("check-valid-until")),
        file,
      },
    ];
  });
}

function optionOf(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0
    ? [text.toLowerCase(), ""]
    : [text.slice(0, equals).toLowerCase(), text.slice(equals + 1)];
}

function parseSignedBy(value: string): SignedBy {
  if (value.includes("-----BEGIN PGP")) {
    // Blank lines of the armour are written as lone dots.
    const lines = value.split("\n").map((line) => line.trim());
    const embedded = lines.map((line) => (line === "." ? "" : line)).join("\n");
    return { files: [], fingerprints: [], embedded };
  }
  const items = value.split(/[\s,]+/).filter((item) => item !== "");
  return {
    files: items.filter((item) => item.startsWith("/")),
    fingerprints: items
      .filter((item) => /^[0-9A-Fa-f]{16,64}!?$/.test(item))
      .map((item) => item.replace("!", "").toUpperCase()),
    embedded: undefined,
  };
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** apt's idea of no (strutl.cc's StringToBool, by its manual: no, false, without, off, disable, 0). */
function isNo(value: string | undefined): boolean {
  return /^(?:no|false|without|off|disable|0)$/i.test(value?.trim() ?? "");
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/, "");
}
