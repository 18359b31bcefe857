import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import pacote from "pacote";
import { expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { checkSignatures } from "../../src/sources/npm/registry/signatures.ts";
import { memoryStore } from "../kit/memory-store.ts";
import { npmOptions } from "../kit/npm-client.ts";
import { makeNpmKey, type NpmKey } from "../kit/npm-key.ts";
import { npmRegistry } from "../kit/npm-registry.ts";
import { needsPeers } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

test("a key's fingerprint is what ssh-keygen says", async (context) => {
  needsPeers(context, "ssh-keygen");
  const key = makeNpmKey();
  const registry = await npmRegistry({ packages: [{ name: "a" }], keys: [key] });
  try {
    await withFolder(async (folder) => {
      const file = join(folder, "key.pub");
      await writeFile(file, `${key.ssh}\n`);
      const [, said = ""] = execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).split(" ");
      const packages = [...registry.packages.values()];
      const client = { store: memoryStore(), options: npmOptions(registry, folder) };
      const { keys } = await checkSignatures(packages, client);
      const hex = Buffer.from(said.replace("SHA256:", ""), "base64").toString("hex").toUpperCase();
      expect(keys.get("npm")).toEqual([hex]);
      expect(said).toBe(key.keyid);
    });
  } finally {
    await registry.close();
  }
});

/** What npm itself says of a package's signatures, by the code that `npm audit signatures` runs. */
async function npmSays(
  id: string,
  keys: readonly NpmKey[],
  options: ReturnType<typeof npmOptions>,
): Promise<boolean> {
  const pem = ({ key }: NpmKey) => `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`;
  const known = keys.map((key) => ({ ...key, pemkey: pem(key) }));
  const place = String(options.registry).replace(/^http:/, "");
  const asked = { ...options, verifySignatures: true, [`${place}:_keys`]: known };
  return await pacote.manifest(id, asked).then(
    () => true,
    (error: { code?: string }) => {
      if (!/^E(?:INTEGRITYSIGNATURE|EXPIREDSIGNATUREKEY|MISSINGSIGNATUREKEY)$/.test(error.code ?? ""))
        throw error;
      return false;
    },
  );
}

test("npm takes and refuses the same signatures", async () => {
  const key = makeNpmKey("2024-06-01T00:00:00.000Z");
  const packages = [
    { name: "good" },
    { name: "unsigned", signed: false },
    { name: "wrong", signed: "wrong" as const },
    { name: "late", published: "2024-06-01T00:00:00.000Z" },
    { name: "@scope/good", version: "1.2.3-rc.1" },
  ];
  const registry = await npmRegistry({ packages, keys: [key] });
  try {
    await withFolder(async (folder) => {
      const options = npmOptions(registry, folder);
      for (const one of registry.packages.values()) {
        const ours = await checkSignatures([one], { store: memoryStore(), options }).then(
          () => true,
          (error: unknown) => {
            if (error instanceof TareError && error.code === "SIGNATURE_REFUSED") return false;
            throw error;
          },
        );
        expect(ours, one.name).toBe(await npmSays(`${one.name}@${one.version}`, [key], options));
        expect(ours, one.name).toBe(!["wrong", "late"].includes(one.name));
      }
    });
  } finally {
    await registry.close();
  }
});
