import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseKeyring } from "../../src/trust/keyring.ts";
import { verifyCleartext, verifyDetached } from "../../src/trust/openpgp.ts";
import { needsPeers } from "../kit/peers.ts";

const run = promisify(execFile);
const text = "Origin: Test\n- dash \n\ttab\t\nfrom here\n\n";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tare-"));
  await mkdir(join(folder, "home"), { mode: 0o700 });
  await writeFile(join(folder, "text"), text);
});
afterAll(async () => {
  await run("gpgconf", ["--homedir", join(folder, "home"), "--kill", "all"]).catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

async function gpg(...args: string[]): Promise<string> {
  const base = ["--homedir", join(folder, "home"), "--batch", "--yes", "--quiet", "--passphrase", ""];
  return (await run("gpg", [...base, "--pinentry-mode", "loopback", ...args])).stdout;
}

test("what gpg signs verifies here: cleartext, detached, armoured or binary, RSA; but no SHA-1", async (context) => {
  needsPeers(context, "gpg");
  const file = (name: string) => join(folder, name);
  await gpg("--quick-generate-key", "Archive <a@mirror.example>", "rsa2048", "sign", "never");
  await gpg("--output", file("keys.gpg"), "--export");
  await gpg("--armor", "--output", file("keys.asc"), "--export");
  const listing = await gpg("--with-colons", "--list-keys");
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1];
  for (const name of ["keys.gpg", "keys.asc"]) {
    const keyring = await parseKeyring(await readFile(file(name)), name);
    const options = { what: "text", keyring, now: new Date(Date.now() + 1000) };
    await gpg("--clearsign", "--output", file("clear"), file("text"));
    expect(await verifyCleartext(await readFile(file("clear")), options)).toMatchObject({
      signers: [fingerprint],
      text: "Origin: Test\n- dash\n\ttab\nfrom here\n\n".replace(/\n$/, ""),
    });
    for (const armor of [[], ["--armor"]]) {
      await gpg(...armor, "--detach-sign", "--output", file("signature"), file("text"));
      const signature = await readFile(file("signature"));
      expect((await verifyDetached(Buffer.from(text), signature, options)).signers).toEqual([fingerprint]);
    }
    await gpg("--digest-algo", "SHA1", "--detach-sign", "--output", file("weak"), file("text"));
    await expect(verifyDetached(Buffer.from(text), await readFile(file("weak")), options)).rejects.toThrow(
      "its signature uses a weak digest (SHA1)",
    );
  }
});
