import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { fileFlag } from "../../src/formats/rpm/files.ts";
import { readRpm } from "../../src/formats/rpm/package.ts";
import { tag } from "../../src/formats/rpm/tags.ts";
import { mustRun } from "../kit/command.ts";
import { needsPeers } from "../kit/peers.ts";
import { buildRpms, type RpmBuildOptions, type RpmData } from "../kit/rpm-package.ts";
import { withFolder } from "../kit/temporary.ts";

const fixtures = join(import.meta.dirname, "../../../shared/fixtures/rpm");
/** What `rpm --dump` says of each file, and what it does not: links, capabilities, languages. */
const format =
  "[%{FILENAMES} %{FILESIZES} %{FILEMTIMES} %{FILEDIGESTS} %{FILEMODES:octal} %{FILEUSERNAME} %{FILEGROUPNAME} " +
  "%{FILEFLAGS} %{FILELINKTOS} %{FILELANGS} %{FILECAPS} %{FILECOLORS}\n]";

/** The same in our words, and each content's digest from the payload itself. */
async function listing(bytes: Uint8Array): Promise<{ said: string; brought: Map<string, string> }> {
  return await readRpm([bytes], bytes.length, "a package", async ({ header, files, entries }) => {
    const brought = new Map<string, string>();
    for await (const { path, type, link, content } of entries) {
      const plain = content instanceof Uint8Array ? content : await collect(content, 1 << 24, path);
      brought.set(
        `/${path}`,
        type === "file" ? createHash("sha256").update(plain).digest("hex") : (link ?? type),
      );
    }
    const modes = header.numbers(tag.fileModes);
    const said = files.map((file, at) =>
      [
        ...[
          `/${file.path}`,
          file.size,
          file.mtime,
          file.digest,
          modes[at]?.toString(8),
          file.user,
          file.group,
        ],
        ...[file.flags, file.link, file.languages, file.capabilities, file.color],
      ].join(" "),
    );
    return { said: said.map((line) => `${line}\n`).join(""), brought };
  });
}

test("rpm says of real packages what we read in them", async (context) => {
  needsPeers(context, "rpm");
  const names = (await readdir(fixtures)).filter((name) => name.endsWith(".rpm"));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const file = join(fixtures, name);
    const said = await mustRun("rpm", ["-qp", "--nosignature", "--qf", format, file]);
    const none = said.startsWith("(none)");
    expect((await listing(await readFile(file))).said.replaceAll(/ +$/gm, ""), name).toBe(
      none ? "" : said.replaceAll("(none)", "").replaceAll(/ +$/gm, ""),
    );
  }
});

const everything: RpmData = {
  name: "everything",
  files: {
    "etc/everything.conf": {
      content: "x = 1\n",
      config: "noreplace",
      user: "daemon",
      group: "tty",
      mode: 0o640,
    },
    "usr/bin/everything": { content: "#!/bin/sh\n".repeat(1000), mode: 0o4755 },
    "usr/bin/ping": { content: "ping", mode: 0o755, caps: "cap_net_raw=ep" },
    "usr/lib/everything/a": "the same",
    "usr/lib/everything/b": { hardlink: "usr/lib/everything/a" },
    "usr/lib/everything/z": { hardlink: "usr/lib/everything/a" },
    "usr/share/everything/": { mode: 0o1777 },
    "usr/share/everything/link": { link: "../../bin/everything" },
    "usr/share/everything/empty": "",
    "usr/share/locale/de/everything.mo": { content: "de", lang: "de" },
    "usr/share/doc/everything/README": { content: "read me", doc: true },
    "usr/share/licenses/everything/MIT": { content: "MIT", license: true },
    "usr/share/ein Wört": "blank",
    "var/log/everything": { ghost: true },
  },
};

test.each<[string, RpmBuildOptions]>([
  ["gzip", { payload: "w6.gzdio" }],
  ["xz", { payload: "w2.xzdio" }],
  ["zstd", { payload: "w3.zstdio" }],
  ["bzip2", { payload: "w9.bzdio" }],
  ["nothing", { payload: "w.ufdio" }],
  ["SHA-512 of its files", { macros: { _binary_filedigest_algorithm: "10" } }],
  ["MD5 of its files", { macros: { _binary_filedigest_algorithm: "1" } }],
])("rpm says of a package with %s what we read in it", async (_, options) => {
  const [built] = await buildRpms([everything], options);
  if (built === undefined) throw new Error("rpmbuild made nothing");
  await withFolder(async (folder) => {
    const file = join(folder, built.fileName);
    await writeFile(file, built.bytes);
    const said = await mustRun("rpm", ["-qp", "--qf", format, file]);
    const { said: ours, brought } = await listing(built.bytes);
    expect(ours).toBe(said);
    const contents = Object.entries(everything.files ?? {}).flatMap(([path, data]): [string, string][] => {
      const { content, link, hardlink, ghost } =
        typeof data === "string" ? { content: data } : (data as RpmFileLike);
      if (ghost) return [];
      if (path.endsWith("/")) return [[`/${path.slice(0, -1)}`, "directory"]];
      return [
        [
          `/${path}`,
          link ??
            hardlink ??
            createHash("sha256")
              .update(content ?? "")
              .digest("hex"),
        ],
      ];
    });
    expect(Object.fromEntries(brought)).toEqual(Object.fromEntries(contents));
  });
});

interface RpmFileLike {
  readonly content?: string;
  readonly link?: string;
  readonly hardlink?: string;
  readonly ghost?: boolean;
}

test("flags of files tell documentation, configuration and ghosts apart", async (context) => {
  needsPeers(context, "rpmbuild");
  const [built] = await buildRpms([everything]);
  await readRpm([built?.bytes as Uint8Array], 1 << 20, "everything", async ({ files, entries }) => {
    for await (const _ of entries);
    const having = (flag: number) =>
      files.filter(({ flags }) => (flags & flag) !== 0).map(({ path }) => path);
    expect(having(fileFlag.config)).toEqual(["etc/everything.conf"]);
    expect(having(fileFlag.ghost)).toEqual(["var/log/everything"]);
    expect(having(fileFlag.documentation)).toEqual(["usr/share/doc/everything/README"]);
    expect(having(fileFlag.license)).toEqual(["usr/share/licenses/everything/MIT"]);
  });
});
