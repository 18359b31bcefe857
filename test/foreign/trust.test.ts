import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { needsPeers } from "../kit/peers.ts";
import { readingScriptlet } from "../kit/rpm-scripted.ts";
import { type Files, timestamp } from "../kit/scripted-root.ts";
import { withFolder } from "../kit/temporary.ts";

const packaged = "/usr/share/ca-certificates/mozilla";
const module = "p11-kit-trust.so";
const places = ["/usr/lib/x86_64-linux-gnu/pkcs11", "/usr/lib/aarch64-linux-gnu/pkcs11", "/usr/lib64/pkcs11"];

/** ExtKeyUsage for one purpose, the last number of 1.3.6.1.5.5.7.3; percent for whatever is no letter. */
function usage(last: number): string {
  const bytes = Buffer.from(`301306 03551d25 040c 300a 0608 2b06010505070300`.replaceAll(" ", ""), "hex");
  bytes[bytes.length - 1] = last;
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function publicKey(file: string): string {
  return execFileSync("openssl", ["x509", "-in", file, "-noout", "-pubkey"], { encoding: "utf8" });
}

/** The certificates of this machine as Fedora's sources would have them: with limits, refused ones, and some added. */
function trustSources(): Files {
  const files = readdirSync(packaged).sort();
  const persisted = files.map((name, index) => {
    const text = readFileSync(join(packaged, name), "utf8");
    const limit = index % 10 === 3 ? 4 : index % 10 === 4 ? 1 : index % 10 === 5 ? 3 : undefined;
    const trust =
      index % 10 === 6 ? "x-distrusted: true" : index % 10 === 7 ? "trusted: false" : "trusted: true";
    const label = `label: "No. ${index} of%20all%3A ${basename(name, ".crt").slice(0, 12)}"`;
    const certificate = `# ${name}\n[p11-kit-object-v1]\n${label}\n${trust}\nnss-mozilla-ca-policy: true\nmodifiable: false\n${text}`;
    if (limit === undefined) return certificate;
    const key = publicKey(join(packaged, name));
    return `${certificate}\n[p11-kit-object-v1]\n${label}\nclass: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: "${usage(limit)}"\nmodifiable: false\n${key}`;
  });
  const of = (index: number) => join(packaged, files[index] as string);
  const trusted = (words: string) =>
    execFileSync("openssl", ["x509", ...words.split(" "), "-trustout"], { encoding: "utf8" });
  const share = "usr/share/pki/ca-trust-source";
  const own = "etc/pki/ca-trust/source";
  return {
    [`${share}/ca-bundle.trust.p11-kit`]: persisted.slice(0, -6).join("\n"),
    [`${share}/anchors/`]: {},
    [`${share}/blocklist/refused.pem`]: readFileSync(of(1)),
    [`${share}/README`]: "nothing of the kind\n",
    [`${own}/anchors/one.pem`]: Buffer.concat([readFileSync(of(files.length - 6)), readFileSync(of(0))]),
    [`${own}/anchors/two.der`]: execFileSync("openssl", [
      "x509",
      "-in",
      of(files.length - 5),
      "-outform",
      "DER",
    ]),
    [`${own}/limited.pem`]: trusted(`-in ${of(files.length - 4)} -addtrust serverAuth -setalias limited`),
    [`${own}/refused.pem`]: trusted(
      `-in ${of(files.length - 3)} -addreject serverAuth -addreject emailProtection`,
    ),
    [`${own}/neither.pem`]: readFileSync(of(files.length - 2)),
  };
}

/** What the real `trust extract` makes of these sources, in a mount namespace that has them for its own. */
function extract(folder: string, paths: string, words: string): string {
  const out = join(folder, "out");
  const library = places.map((place) => join(place, module)).find((path) => existsSync(path));
  const modules = join(folder, "modules");
  mkdirSync(modules, { recursive: true });
  writeFileSync(
    join(modules, "p11-kit-trust.module"),
    `module: ${library}\ntrust-policy: yes\nx-init-reserved: paths='${paths}'\n`,
  );
  execFileSync(
    "bwrap",
    [
      ...["--dev-bind", "/", "/", "--bind", modules, "/usr/share/p11-kit/modules"],
      ...["--setenv", "SOURCE_DATE_EPOCH", String(timestamp), "trust", "extract", "--overwrite"],
      ...words.split(" "),
      out,
    ],
    { stdio: ["ignore", "ignore", "ignore"] },
  );
  return out;
}

const bundles = [
  ["pem/tls-ca-bundle.pem", "--comment --format=pem-bundle --filter=ca-anchors --purpose=server-auth"],
  ["pem/email-ca-bundle.pem", "--comment --format=pem-bundle --filter=ca-anchors --purpose=email"],
  ["pem/objsign-ca-bundle.pem", "--comment --format=pem-bundle --filter=ca-anchors --purpose=code-signing"],
  ["openssl/ca-bundle.trust.crt", "--comment --format=openssl-bundle --filter=certificates"],
  ["java/cacerts", "--format=java-cacerts --filter=ca-anchors --purpose=server-auth"],
  ["edk2/cacerts.bin", "--format=edk2-cacerts --filter=ca-anchors --purpose=server-auth"],
] as const;

/** The order of OpenSSL's bundle is that of p11-kit's hash table; of all others, that of the sources. */
function parts(content: string | Uint8Array, path: string): readonly string[] {
  const text = Buffer.from(content as string).toString("latin1");
  if (!path.startsWith("openssl/")) return [text];
  return text
    .split(/\n(?=# )/)
    .map((part) => part.trim())
    .sort();
}

test("the bundles of update-ca-trust are those of p11-kit's trust, byte for byte", async (context) => {
  needsPeers(context, "trust", "bwrap", "openssl", "update-ca-certificates");
  const files = trustSources();
  const { workspace, findings } = readingScriptlet("/usr/bin/update-ca-trust extract\n", files);
  expect(findings.needs).toEqual([]);
  await withFolder(async (folder) => {
    for (const [path, content] of Object.entries(files)) {
      const target = join(folder, path);
      mkdirSync(path.endsWith("/") ? target : join(target, ".."), { recursive: true });
      if (!path.endsWith("/")) writeFileSync(target, content as Uint8Array);
    }
    const paths = ["etc/pki/ca-trust/source", "usr/share/pki/ca-trust-source"]
      .map((path) => join(folder, path))
      .join(":");
    for (const [path, words] of bundles) {
      const theirs = readFileSync(extract(folder, paths, words));
      const ours = workspace.resolve(`/etc/pki/ca-trust/extracted/${path}`);
      expect(theirs.length).toBeGreaterThan(1000);
      expect(parts(ours?.content ?? "", path), path).toEqual(parts(theirs, path));
      expect(ours?.mode).toBe(0o444);
    }
  });
});

test("the folder by hashes is that of p11-kit's trust", async (context) => {
  needsPeers(context, "trust", "bwrap", "openssl", "update-ca-certificates");
  const file = join(packaged, readdirSync(packaged).sort()[0] as string);
  const source = readFileSync(file);
  const files = {
    "etc/pki/ca-trust/source/anchors/one.pem": source,
    "usr/bin/update-ca-trust": "--format=pem-directory-hash",
  };
  const { workspace } = readingScriptlet("update-ca-trust\n", files);
  await withFolder(async (folder) => {
    mkdirSync(join(folder, "source/anchors"), { recursive: true });
    writeFileSync(join(folder, "source/anchors/one.pem"), source);
    const out = extract(
      folder,
      join(folder, "source"),
      "--format=pem-directory-hash --filter=ca-anchors --purpose=server-auth",
    );
    const ours = "/etc/pki/ca-trust/extracted/pem/directory-hash";
    expect(workspace.list(ours)).toEqual(readdirSync(out).sort());
    for (const name of workspace.list(ours)) {
      const node = workspace.lookup(`${ours}/${name}`);
      if (node?.type === "symlink") expect(node.link).toBe(readlinkSync(join(out, name)));
      else expect(Buffer.from(node?.content ?? [])).toEqual(readFileSync(join(out, name)));
    }
  });
});
