import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debianRepository, poolPath, writeRepository } from "../kit/debian-repository.ts";
import { needsPeers } from "../kit/peers.ts";
import { makeSigningKey } from "../kit/signing-key.ts";

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tare-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const packages = [
  {
    name: "hello",
    version: "1:2.0-1",
    fields: { Depends: "libhello1 (>= 1)" },
    files: { "usr/bin/hello": "hi" },
  },
  {
    name: "libhello1",
    compression: "zst",
    files: { "usr/lib/x/libhello.so.1": { link: "libhello.so.1.0" }, "usr/lib/x/libhello.so.1.0": "elf" },
    control: { triggers: "activate-noawait ldconfig\n" },
  },
  { name: "data", architecture: "all", compression: "xz", files: { "usr/share/data/": { mode: 0o700 } } },
] as const;

test("dpkg-deb reads the packages of the test kit", async (context) => {
  needsPeers(context, "dpkg-deb");
  const { packages: built } = await debianRepository({ packages });
  for (const one of built) {
    await writeFile(join(folder, one.fileName), one.bytes);
    const { stdout } = await run("dpkg-deb", ["-f", join(folder, one.fileName), "Package"]);
    expect(stdout.trim()).toBe(one.data.name);
    await run("dpkg-deb", ["-c", join(folder, one.fileName)]);
  }
});

test("apt trusts a repository of the test kit, and resolves from it", async (context) => {
  needsPeers(context, "apt-get", "gpgv");
  const repository = await debianRepository({ packages, keys: [await makeSigningKey({ subkey: true })] });
  const mirror = join(folder, "mirror");
  await writeRepository(repository, mirror);
  await writeFile(join(folder, "keyring.gpg"), repository.keyring, { mode: 0o644 });
  const root = join(folder, "apt");
  for (const path of ["lists/partial", "cache/archives/partial", "etc"])
    await mkdir(join(root, path), { recursive: true });
  await writeFile(join(root, "status"), "");
  await writeFile(
    join(root, "sources.list"),
    `deb [signed-by=${folder}/keyring.gpg arch=amd64] file://${mirror} bookworm main\n`,
  );
  await run("chmod", ["-R", "a+rX", folder]);
  const options = [
    ["Dir::State::Lists", join(root, "lists")],
    ["Dir::State::status", join(root, "status")],
    ["Dir::Cache", join(root, "cache")],
    ["Dir::Etc::SourceList", join(root, "sources.list")],
    ["Dir::Etc::SourceParts", "-"],
    ["APT::Architecture", "amd64"],
    ["APT::Sandbox::User", "root"],
    ["Acquire::Languages", "none"],
  ].flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const update = await run("apt-get", ["update", ...options]);
  expect(update.stderr).toBe("");
  const { stdout } = await run("apt-get", ["install", "-s", "--no-install-recommends", "hello", ...options]);
  expect(stdout.match(/^Inst \S+/gm)?.sort()).toEqual(["Inst hello", "Inst libhello1"]);
  expect(poolPath(repository.packages[1] as (typeof repository.packages)[number])).toBe(
    "pool/main/libh/libhello1/libhello1_1.0_amd64.deb",
  );
});
