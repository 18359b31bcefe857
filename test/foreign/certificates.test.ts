import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { pemCertificates, subjectHash } from "../../src/formats/x509.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";
import { type Files, reading } from "../kit/scripted-root.ts";
import { withFolder } from "../kit/temporary.ts";

const packaged = "/usr/share/ca-certificates";
const list = "/etc/ca-certificates.conf";

/** The certificates that this machine's ca-certificates brought, by their paths in a root, and its list of them. */
function packagedFiles(): Files {
  const files: Record<string, Uint8Array> = { [list.slice(1)]: readFileSync(list) };
  for (const name of readdirSync(packaged, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".crt")) files[join(packaged, name).slice(1)] = readFileSync(join(packaged, name));
  return files;
}

/** A certificate that openssl made, signed by itself; the same subject each time, another key. */
function selfSigned(folder: string, name: string, subject: string): Buffer {
  const file = join(folder, name);
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 -utf8 -keyout ${file}.key -out ${file} -subj`;
  execFileSync("openssl", [...words.split(" "), subject], { stdio: "ignore" });
  return readFileSync(file);
}

/** Links by the last part of what they lead to; files by their text. */
function contents(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const file = join(folder, entry.name);
    return [
      entry.name,
      entry.isSymbolicLink() ? `-> ${basename(readlinkSync(file))}` : readFileSync(file, "utf8"),
    ];
  });
  return Object.fromEntries(entries.sort());
}

const subjects = [
  "/CN=one",
  "/CN=one",
  "/CN=  ONE  ",
  "/C=DE/O=Ünïcode  Größe/CN=x",
  "/O=a+OU=b/CN=c",
  "/CN=one\\/two/emailAddress=ca@mirror.example",
];

describe("certificates, as openssl and update-ca-certificates have them", () => {
  test("every certificate of this machine has openssl's hash", async (context) => {
    needsPeers(context, "openssl", "update-ca-certificates");
    const files = Object.entries(packagedFiles()).filter(([path]) => path.endsWith(".crt"));
    expect(files.length).toBeGreaterThan(50);
    await withFolder(async (folder) => {
      for (const [path, content] of files) writeFileSync(join(folder, basename(path)), content as Uint8Array);
      execFileSync("openssl", ["rehash", folder], { stdio: "ignore" });
      const theirs = contents(folder);
      for (const [path, content] of files) {
        const [certificate] = pemCertificates(Buffer.from(content as Uint8Array).toString());
        const hash = certificate && subjectHash(certificate);
        const links = Object.entries(theirs).filter(([, text]) => text === `-> ${basename(path)}`);
        expect(links.map(([name]) => name.replace(/\.[0-9]+$/, ""))).toEqual([hash]);
      }
    });
  });

  test("the folder and the bundle are the same, with local certificates of all kinds", async (context) => {
    needsPeers(context, "openssl", "update-ca-certificates");
    await withFolder(async (folder) => {
      const [made, local, hooks, certs] = ["made", "local", "hooks", "certs"].map((name) =>
        join(folder, name),
      );
      for (const path of [made, local, hooks, certs]) mkdirSync(path as string);
      const localFiles: Record<string, Uint8Array> = {};
      const add = (name: string, content: Uint8Array) => {
        writeFileSync(join(local as string, name), content);
        localFiles[`usr/local/share/ca-certificates/${name}`] = content;
      };
      subjects.forEach((subject, index) => {
        const content = selfSigned(made as string, `${index}.crt`, subject);
        add(index === 4 ? "a name (with), marks.crt" : `local-${index}.crt`, content);
      });
      add("not-listed.pem", readFileSync(join(made as string, "0.crt")));
      const words = [
        "--certsdir",
        packaged,
        "--localcertsdir",
        local,
        "--etccertsdir",
        certs,
        "--hooksdir",
        hooks,
      ];
      execFileSync(findPeer("update-ca-certificates") as string, words as string[], { stdio: "ignore" });
      const { made: ours, verdict } = reading("update-ca-certificates", {
        ...packagedFiles(),
        ...localFiles,
      });
      expect(verdict).toBe("handled");
      const prefix = "etc/ssl/certs/";
      const inFolder = Object.entries(ours)
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, text]) => [
          path.slice(prefix.length),
          text.startsWith("-> ") ? `-> ${basename(text.slice(3))}` : text,
        ]);
      expect(Object.fromEntries(inFolder)).toEqual(contents(certs as string));
    });
  });
});
