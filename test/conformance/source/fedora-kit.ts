import { copyFile, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { buildRpms } from "../../kit/rpm-package.ts";
import { rpmRepository } from "../../kit/rpm-repository.ts";
import { rpmSigner } from "../../kit/rpm-signer.ts";
import { serveFiles } from "../../kit/serve.ts";
import { libraryFile, type Published, type SourceKit, type SourcePackage } from "./source-kit.ts";

/** As Fedora does it: no signed index, but each package is. */
export const fedoraKit: SourceKit = {
  from: "fedora",
  programs: ["rpmbuild", "rpmsign", "createrepo_c", "gpg"],
  escapes: false,
  database: "usr/lib/sysimage/rpm/rpmdb.sqlite",
  async publish(packages, folder, signer) {
    await mkdir(folder, { recursive: true });
    const keys = await rpmSigner(await mkdtemp(join(folder, ".keys-")));
    const key = await keys.makeKey("ours", "ed25519");
    if (signer === "another") await keys.makeKey("another", "ed25519");
    await copyFile(await keys.keyFile("ours"), join(folder, "keys.asc"));
    const files = new Map<string, Uint8Array>();
    const again = async (published: readonly SourcePackage[]) => {
      files.clear();
      for (const machine of ["amd64", "arm64"] as const) {
        const own = published.filter((one) => (machineOf(one) ?? machine) === machine);
        const rpms = await Promise.all(
          (await buildRpms(own.map(rpmData))).map(async ({ fileName, bytes }) => ({
            fileName,
            bytes: signer === "nobody" ? bytes : await keys.sign(bytes, signer),
          })),
        );
        for (const [path, bytes] of await rpmRepository(rpms)) files.set(`${names[machine]}/${path}`, bytes);
      }
    };
    await again(packages);
    await keys.close();
    const server = await serveFiles(files);
    const published: Published = {
      server,
      files,
      again,
      key,
      item: (include) => ({
        from: "fedora",
        repositories: [{ name: "test", baseurl: `${server.url}/$basearch` }],
        keyring: ["keys.asc"],
        include,
      }),
      fileOf: (name, version = "1.0") => {
        const path = [...files.keys()].find((one) => one.includes(`/${name}-${version}-`));
        if (path === undefined) throw new Error(`no ${name} ${version} in the repository`);
        return path;
      },
    };
    return published;
  },
};

const names = { amd64: "x86_64", arm64: "aarch64" } as const;

function machineOf({ machine, library }: SourcePackage) {
  return machine ?? (library === undefined ? undefined : "amd64");
}

function rpmData(data: SourcePackage) {
  const { name, version, needs = [], conflicts = [], files, library } = data;
  const machine = machineOf(data);
  return {
    name,
    ...(version !== undefined && { version }),
    arch: machine === undefined ? "noarch" : names[machine],
    requires: needs,
    conflicts,
    ...(library && { provides: [`${library}()(64bit)`] }),
    files: {
      ...(files ?? { [`usr/share/${name}`]: name }),
      ...(library && { [`usr/lib64/${library}`]: { content: libraryFile(library), mode: 0o755 } }),
    },
  };
}
