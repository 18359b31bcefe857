/**
 * `serve-npm.ts FOLDER`: this machine's npm registry on loopback, kept in the folder. Prints its address, and ends with
 * its input.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const [folder = "."] = process.argv.slice(2);
const configured = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" });
const upstream = configured.trim().replace(/\/*$/, "/");

const server = createServer(async ({ url = "/", headers }, response) => {
  const { status, body } = await answer(url.slice(1), headers.accept ?? "*/*");
  response.writeHead(status, { "content-length": body.byteLength });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => console.log(address()));
process.stdin.resume().on("end", () => process.exit());

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function answer(path: string, accept: string): Promise<{ status: number; body: Buffer }> {
  const file = join(folder, createHash("sha256").update(`${path}\n${accept}`).digest("hex"));
  if (existsSync(file)) return { status: 200, body: readFileSync(file) };
  const response = await fetch(upstream + path, { headers: { accept } });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) return { status: response.status, body: bytes };
  const body = path.includes("/-/") ? bytes : Buffer.from(withOurTarballs(bytes.toString()));
  writeFileSync(file, body);
  return { status: 200, body };
}

/** A list of versions whose tarballs are fetched from here. */
function withOurTarballs(text: string): string {
  const { versions, ...rest } = JSON.parse(text);
  for (const { dist } of Object.values<{ dist: { tarball: string } }>(versions))
    dist.tarball = dist.tarball.replace(upstream, address());
  return JSON.stringify({ ...rest, versions });
}
