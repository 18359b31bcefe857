import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { debianRepository } from "../../kit/debian-repository.ts";
import { serveFiles } from "../../kit/serve.ts";
import { defaultSigningKey, makeSigningKey } from "../../kit/signing-key.ts";
import { libraryFile, type Published, type SourceKit, type SourcePackage } from "./source-kit.ts";

export const debianKit: SourceKit = {
  from: "debian",
  programs: [],
  escapes: true,
  database: "var/lib/dpkg/status",
  async publish(packages, folder, signer) {
    const ours = await defaultSigningKey();
    const keys = { ours: [ours], another: [await makeSigningKey()], nobody: [] }[signer];
    await writeFile(join(folder, "keys.gpg"), ours.keyring);
    const files = new Map<string, Uint8Array>();
    const again = async (published: readonly SourcePackage[]) => {
      const repository = await debianRepository({
        packages: published.map(debianPackage),
        architectures: ["amd64", "arm64"],
        contents: "component",
        keys,
      });
      files.clear();
      for (const [path, bytes] of repository.files) files.set(path, bytes);
    };
    await again(packages);
    const server = await serveFiles(files);
    const published: Published = {
      server,
      files,
      again,
      key: ours.fingerprint,
      item: (include) => ({
        from: "debian",
        suite: ["bookworm"],
        updates: false,
        security: false,
        mirror: server.url,
        keyring: "keys.gpg",
        include,
      }),
      fileOf: (name, version = "1.0") => {
        const path = [...files.keys()].find((one) => one.includes(`/${name}_${version}_`));
        if (path === undefined) throw new Error(`no ${name} ${version} in the repository`);
        return path;
      },
    };
    return published;
  },
};

function debianPackage(data: SourcePackage) {
  const { name, version, needs = [], conflicts = [], files, library, machine } = data;
  const relations = { Depends: needs.join(", "), Conflicts: conflicts.join(", ") };
  return {
    name,
    ...(version && { version }),
    architecture: machine ?? (library === undefined ? "all" : "amd64"),
    fields: Object.fromEntries(Object.entries(relations).filter(([, value]) => value !== "")),
    files: {
      ...(files ?? { [`usr/share/${name}`]: name }),
      ...(library && { [`usr/lib/x86_64-linux-gnu/${library}`]: libraryFile(library) }),
    },
  };
}
