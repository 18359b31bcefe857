import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ApkData, apkSigner } from "../../kit/apk-package.ts";
import { apkRepository } from "../../kit/apk-repository.ts";
import { serveFiles } from "../../kit/serve.ts";
import { libraryFile, type Published, type SourceKit, type SourcePackage } from "./source-kit.ts";

export const alpineKit: SourceKit = {
  from: "alpine",
  programs: [],
  escapes: true,
  database: "lib/apk/db/installed",
  async publish(packages, folder, signer) {
    const ours = apkSigner();
    const keys = { ours: { signer: ours }, another: { signer: apkSigner("another.rsa.pub") }, nobody: {} };
    await mkdir(join(folder, "keys"), { recursive: true });
    await writeFile(join(folder, "keys", ours.name), ours.publicPem);
    const files = new Map<string, Uint8Array>();
    const again = async (published: readonly SourcePackage[]) => {
      files.clear();
      const architectures = ["x86_64", "aarch64"];
      for (const [path, bytes] of apkRepository(published.map(apkData), { ...keys[signer], architectures }))
        files.set(path, bytes);
    };
    await again(packages);
    const server = await serveFiles(files);
    const published: Published = {
      server,
      files,
      again,
      key: ours.fingerprint,
      item: (include) => ({
        from: "alpine",
        repositories: [{ url: server.url }],
        keyring: ["keys"],
        include,
      }),
      fileOf: (name, version = "1.0") => {
        const path = [...files.keys()].find((one) => one.includes(`/${name}-${version}-r`));
        if (path === undefined) throw new Error(`no ${name} ${version} in the repository`);
        return path;
      },
    };
    return published;
  },
};

function apkData({
  name,
  version = "1.0",
  needs = [],
  conflicts = [],
  files,
  library,
  machine = library === undefined ? undefined : "amd64",
}: SourcePackage): ApkData {
  return {
    name,
    version: `${version}-r0`,
    architecture: machine === undefined ? "noarch" : { amd64: "x86_64", arm64: "aarch64" }[machine],
    depends: [...needs, ...conflicts.map((one) => `!${one}`)],
    ...(library && { provides: [`so:${library}=1`] }),
    files: {
      ...(files ?? { [`usr/share/${name}`]: name }),
      ...(library && { [`usr/lib/${library}`]: { content: libraryFile(library), mode: 0o755 } }),
    },
  };
}
