import type { InstalledApk, InstalledFile } from "../../src/formats/apk/installed.ts";

/** apk's database read back: what `installedText` says, as the values that it was said of. */
export function readInstalled(text: string): InstalledApk[] {
  return text
    .split("\n\n")
    .filter((stanza) => stanza !== "")
    .map(packageOf);
}

function packageOf(stanza: string): InstalledApk {
  const fields = new Map<string, string>();
  const files: { -readonly [Key in keyof InstalledFile]: InstalledFile[Key] }[] = [];
  let folder = "";
  const usual = { uid: 0, gid: 0 };
  for (const line of stanza.split("\n")) {
    const [letter = "", value] = [line[0], line.slice(2)];
    const last = files.at(-1);
    if (letter === "F") {
      folder = value;
      files.push({ path: value, isFolder: true, mode: 0o755, ...usual });
    } else if (letter === "R")
      files.push({
        path: `${folder === "" ? "" : `${folder}/`}${value}`,
        isFolder: false,
        mode: 0o644,
        ...usual,
      });
    else if ((letter === "M" || letter === "a") && last !== undefined) {
      const [uid, gid, mode = "", attributes] = value.split(":");
      Object.assign(last, { uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode, 8) });
      if (attributes !== undefined) last.attributes = attributes;
    } else if (letter === "Z" && last !== undefined) last.checksum = value;
    else fields.set(letter, value);
  }
  const field = (letter: string) => fields.get(letter) ?? "";
  const words = (letter: string) =>
    field(letter)
      .split(" ")
      .filter((word) => word !== "");
  return {
    identity: field("C"),
    architecture: field("A"),
    size: Number(field("S")),
    files,
    info: {
      name: field("P"),
      version: field("V"),
      architecture: field("A"),
      description: field("T"),
      url: field("U"),
      license: field("L"),
      origin: field("o"),
      maintainer: field("m"),
      commit: field("c"),
      buildDate: Number(field("t")),
      size: Number(field("I")),
      depends: words("D"),
      provides: words("p"),
      installIf: words("i"),
      replaces: words("r"),
      triggers: [],
      providerPriority: Number(field("k")),
      replacesPriority: Number(field("q")),
      dataHash: "",
    },
  };
}
