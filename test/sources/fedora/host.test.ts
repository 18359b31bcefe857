import { beforeAll, describe, expect, test } from "vitest";
import { hostKeys, hostSections } from "../../../src/sources/fedora/host.ts";
import { hostWith } from "../../kit/host-files.ts";
import { makeSigningKey, type SigningKey } from "../../kit/signing-key.ts";

let key: SigningKey;
let other: SigningKey;
beforeAll(async () => {
  [key, other] = await Promise.all([makeSigningKey(), makeSigningKey()]);
});

test("the host's repositories are the sections of its .repo files, by the names of the files", async () => {
  const host = hostWith({
    "/etc/yum.repos.d/b.repo": "[updates]\nbaseurl=https://mirror.example/u\n",
    "/etc/yum.repos.d/a.repo": "[fedora]\nmetalink=https://mirror.example/m\nenabled=0\n",
    "/etc/yum.repos.d/a.repo.rpmsave": "[old]\nbaseurl=https://mirror.example/o\n",
  });
  expect((await hostSections(host)).map(({ id, enabled }) => [id, enabled])).toEqual([
    ["fedora", false],
    ["updates", true],
  ]);
  expect(await hostSections(hostWith({}))).toEqual([]);
});

describe("the host's keys are", () => {
  const fingerprints = async (
    urls: readonly string[],
    release: string | undefined,
    files: Readonly<Record<string, Uint8Array>>,
  ) => {
    const { keys } = await hostKeys("fedora/own", urls, release, hostWith(files));
    return keys.map((one) => one.getFingerprint().toUpperCase());
  };

  test("the files that the repository's section names, for its release and any machine", async () => {
    const files = { "/etc/pki/own-41-x86_64": key.keyring, "/etc/pki/own-40-x86_64": other.keyring };
    expect(await fingerprints(["file:///etc/pki/own-$releasever-$basearch"], "41", files)).toEqual([
      key.fingerprint,
    ]);
    expect(await fingerprints(["file:///etc/pki/own-40-x86_64"], undefined, files)).toEqual([
      other.fingerprint,
    ]);
  });

  test("else those of Fedora's release", async () => {
    const files = {
      "/etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-41-primary": key.keyring,
      "/etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-40-primary": other.keyring,
    };
    expect(await fingerprints([], "41", files)).toEqual([key.fingerprint]);
  });

  test("never on the network, and none of another folder by way of a variable", async () => {
    const files = { "/etc/pki/x86_64/own": key.keyring };
    for (const url of ["https://mirror.example/key", "file:///etc/pki/$basearch/own"])
      await expect(fingerprints([url], undefined, files)).rejects.toMatchObject({ code: "KEYRING_MISSING" });
  });

  test("missing where there are none, and it is said where they were looked for", async () => {
    await expect(fingerprints([], "41", {})).rejects.toThrow("/etc/pki/rpm-gpg");
    await expect(fingerprints(["file:///etc/pki/gone"], "41", {})).rejects.toThrow("/etc/pki/gone");
  });
});
