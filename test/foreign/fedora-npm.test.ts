import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { arch } from "node:process";
import { expect, test } from "vitest";
import { buildFolder, runInRoot, unpack } from "../kit/example.ts";
import { needsPeers } from "../kit/peers.ts";
import { buildRpms, type RpmData } from "../kit/rpm-package.ts";
import { rpmRepository } from "../kit/rpm-repository.ts";
import { rpmSigner } from "../kit/rpm-signer.ts";
import { serveFiles } from "../kit/serve.ts";
import { withFolder } from "../kit/temporary.ts";

/** This host's C and C++ libraries as the packages that Fedora has them in. */
async function libraries(): Promise<RpmData[]> {
  const from = "/usr/lib/x86_64-linux-gnu";
  const packed = async (name: string, files: readonly string[], more: Partial<RpmData> = {}) => ({
    name,
    automatic: true,
    ...more,
    files: {
      ...Object.fromEntries(
        await Promise.all(
          files.map(async (file) => [
            `usr/lib64/${file}`,
            { content: await readFile(join(from, file)), mode: 0o755 },
          ]),
        ),
      ),
      ...more.files,
    },
  });
  const c = ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2"];
  return [
    await packed("glibc", c, {
      version: "2.36",
      requires: ["filesystem"],
      provides: ["/lib64/ld-linux-x86-64.so.2", "rtld(GNU_HASH)"],
      files: { "usr/sbin/ldconfig": { content: await readFile("/usr/sbin/ldconfig"), mode: 0o755 } },
    }),
    await packed("libstdc++", ["libstdc++.so.6"]),
    await packed("libgcc", ["libgcc_s.so.1"]),
    { name: "filesystem", files: { "etc/": {}, "usr/": {}, "usr/lib/": {}, "usr/lib64/": {} } },
    { name: "unrelated", files: { "usr/share/unrelated": "" } },
  ];
}

test("an npm application on rpms: its libraries come along, and it runs", {
  timeout: 180_000,
}, async (context) => {
  needsPeers(context, "rpmbuild", "rpmsign", "createrepo_c", "gpg");
  if (arch !== "x64") context.skip("the libraries are packed for x86-64 only");
  await withFolder(async (folder) => {
    const signer = await rpmSigner(await mkdtemp(join(folder, "keys-")));
    await signer.makeKey("ours", "ed25519");
    const rpms = [];
    for (const { fileName, bytes } of await buildRpms(await libraries()))
      rpms.push({ fileName, bytes: await signer.sign(bytes, "ours") });
    const server = await serveFiles(await rpmRepository(rpms));
    try {
      const recipe = {
        name: "mixed",
        packages: [
          {
            from: "dnf",
            repositories: [{ name: "ours", baseurl: server.url }],
            keyring: await signer.keyFile("ours"),
          },
          { from: "npm", package: "ms@2.1.3", node: 24 },
        ],
      };
      await signer.close();
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
      const { result, image } = await buildFolder(folder, join(folder, "store"));
      expect(result.images[0]?.packages.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["glibc", "libgcc", "libstdc++", "ms"]),
      );
      expect(result.images[0]?.packages.map(({ name }) => name)).not.toContain("unrelated");
      expect(result.warnings).toEqual([]);
      const root = await unpack(image, join(folder, "root"));
      const program = 'console.log(require("/app/node_modules/ms")("2 days"))';
      expect(await runInRoot(root, ["/usr/local/bin/node", "-e", program])).toMatchObject({
        code: 0,
        stdout: "172800000\n",
        stderr: "",
      });
    } finally {
      await server.close();
    }
  });
});
