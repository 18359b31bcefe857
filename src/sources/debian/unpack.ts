import { decodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { type Deb, readDeb } from "../../formats/deb/deb.ts";
import { parseDeb822 } from "../../formats/deb/deb822.ts";
import type { Unpacker } from "../../model/source.ts";
import { capturesFor } from "./captures.ts";
import { infoEntries } from "./database.ts";
import { installedAs, type UnpackedDebian } from "./unpacked.ts";

/** `UnpackedDebian` as JSON: maps become lists of pairs. */
type Remembered = Omit<UnpackedDebian, "scripts"> & {
  readonly scripts: readonly (readonly [string, string])[];
};

/** Opens `.deb` files. */
export const debianUnpacker: Unpacker = {
  name: "debian/2",
  unpack: (source, size, where, use) =>
    readDeb(source, size, where, (deb) => {
      const described = describe(deb, where);
      const conffiles = new Set(conffilePaths(described.scripts.get("conffiles")));
      const md5sums = deb.control.get("md5sums");
      return use({
        date: deb.date,
        entries: deb.data,
        record: (paths) => infoEntries(described, md5sums, paths, deb.date),
        capture: capturesFor(described.scripts.values()),
        md5: (path) => conffiles.has(path),
        about: (md5) => remember(described, conffiles, md5),
      });
    }),
};

/** What {@link debianUnpacker} remembered of a package. */
export function recallDebian(about: unknown): UnpackedDebian {
  const remembered = about as Remembered;
  return { ...remembered, scripts: new Map(remembered.scripts) };
}

function describe(deb: Deb, where: string): UnpackedDebian {
  const control = decodeText(deb.control.get("control") ?? new Uint8Array(0));
  const [stanza] = parseDeb822(control, `${where}: control`);
  const field = (name: string): string => {
    const value = stanza?.fields.get(name.toLowerCase());
    if (value === undefined)
      throw new TareError({
        code: "BAD_ARCHIVE",
        format: "Debian package",
        where,
        why: `its control file has no ${name}`,
      });
    return value;
  };
  const name = field("Package");
  const architecture = field("Architecture");
  const multiArch = stanza?.fields.get("multi-arch");
  const scripts = [...deb.control].filter(([member]) => member !== "control" && member !== "md5sums");
  return {
    name,
    version: field("Version"),
    architecture,
    multiArch,
    control,
    scripts: new Map(scripts.map(([member, content]) => [member, decodeText(content)])),
    conffiles: [],
    installedAs: installedAs(name, architecture, multiArch),
  };
}

/** The paths of a `conffiles` member; a line may begin with a flag (deb-conffiles(5)). */
function conffilePaths(text = ""): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .map((line) => line.replace(/^remove-on-upgrade\s+/, "").replace(/^\/+/, ""));
}

function remember(
  described: UnpackedDebian,
  conffiles: Iterable<string>,
  md5: ReadonlyMap<string, string>,
): Remembered {
  const known = [...conffiles].flatMap((path) => {
    const sum = md5.get(path);
    return sum === undefined ? [] : [{ path, md5: sum }];
  });
  return { ...described, scripts: [...described.scripts], conffiles: known };
}
