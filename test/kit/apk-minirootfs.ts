import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { collect } from "../../src/bytes/bytes.ts";
import { decodeText } from "../../src/bytes/text.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import type { EntryHeader } from "../../src/model/entry.ts";
import { minirootfs } from "./apk-fixtures.ts";
import { readInstalled } from "./apk-installed.ts";
import type { ApkData, ApkFile } from "./apk-package.ts";

type Member = EntryHeader & { readonly bytes: Buffer };

/** A tar in memory, by path. */
export async function membersOf(tar: Uint8Array): Promise<ReadonlyMap<string, Member>> {
  const members = new Map<string, Member>();
  for await (const { content, ...header } of readTar([tar], "the archive")) {
    const bytes = content instanceof Uint8Array ? content : await collect(content, 1 << 24, header.path);
    members.set(header.path, { ...header, bytes: Buffer.from(bytes) });
  }
  return members;
}

/** Alpine's minirootfs, which is a root that the real apk installed. */
export interface Minirootfs {
  readonly members: ReadonlyMap<string, Member>;
  /** Its packages as they must have been, in the order of their installation. */
  readonly packages: readonly ApkData[];
  /** Names in its etc/apk/world. */
  readonly world: readonly string[];
}

/** Takes it apart into packages: files, modes and owners by its own database, scripts from its `scripts.tar`. */
export async function readMinirootfs(): Promise<Minirootfs> {
  const members = await membersOf(gunzipSync(readFileSync(minirootfs)));
  const content = (path: string) => members.get(path)?.bytes ?? Buffer.alloc(0);
  const text = (path: string) => decodeText(content(path));
  const scripts = await membersOf(content("lib/apk/db/scripts.tar"));
  const triggers = new Map(
    text("lib/apk/db/triggers")
      .split("\n")
      .map((line) => line.split(" "))
      .map(([identity = "", ...folders]) => [identity, folders] as const),
  );
  const packages = readInstalled(text("lib/apk/db/installed")).map(
    ({ info, identity, architecture, files }) => {
      const prefix = `${info.name}-${info.version}.${identity}.`;
      const own = [...scripts].filter(([path]) => path.startsWith(prefix));
      return {
        name: info.name,
        version: info.version,
        architecture,
        origin: info.origin,
        depends: info.depends,
        provides: info.provides,
        ...(info.installIf.length > 0 && { installIf: info.installIf }),
        replaces: info.replaces,
        ...(info.providerPriority > 0 && { providerPriority: info.providerPriority }),
        triggers: triggers.get(identity) ?? [],
        fields: {
          pkgdesc: info.description,
          url: info.url,
          license: info.license,
          maintainer: info.maintainer,
          commit: info.commit,
          builddate: String(info.buildDate),
        },
        scripts: Object.fromEntries(
          own.map(([path, { bytes }]) => [path.slice(prefix.length), decodeText(bytes)]),
        ),
        files: Object.fromEntries(
          files.map(({ path, isFolder, mode, uid, gid }): [string, ApkFile] => {
            if (isFolder) return [`${path}/`, { mode, uid, gid }];
            const member = members.get(path);
            if (member?.link !== undefined) return [path, { link: member.link, mode, uid, gid }];
            return [path, { content: content(path), mode, uid, gid }];
          }),
        ),
      };
    },
  );
  return { members, packages, world: text("etc/apk/world").trim().split("\n") };
}
