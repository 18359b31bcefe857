import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { BuiltImage, Digest } from "../../src/index.ts";
import { humanSize } from "../../src/report/size.ts";
import { show } from "./print.ts";

/** Has ordinary tools look into an OCI layout. @throws when one of them disagrees with a digest */
export function showDigests(image: BuiltImage, layout: string): void {
  for (const { digest, diffId, size, holds } of image.layers) {
    const file = blob(layout, digest);
    const entries = shell(`tar -tzf "${file}"`).split("\n").length;
    agree(digest, shell(`sha256sum <"${file}"`));
    agree(diffId, shell(`gzip -dc "${file}" | sha256sum`));
    const some = `${holds.slice(0, 3).join(", ")}${holds.length > 3 ? ", …" : ""}`;
    show(
      `${digest.slice(7, 19)}  ${humanSize(size).padStart(8)}  ${String(entries).padStart(4)} entries: ${some}`,
    );
  }
  agree(image.configuration, shell(`sha256sum <"${blob(layout, image.configuration)}"`));
  agree(image.digest, shell(`sha256sum <"${blob(layout, image.digest)}"`));
  show(
    `${image.configuration.slice(7, 19)}            configuration`,
    `${image.digest.slice(7, 19)}            manifest`,
    "sha256sum agrees with each, and for layers with what gzip makes of them, too.",
  );
}

function blob(layout: string, digest: Digest): string {
  return join(layout, "blobs", digest.replace(":", "/"));
}

function agree(digest: Digest, said: string): void {
  if (digest !== `sha256:${said.slice(0, 64)}`)
    throw new Error(`sha256sum does not agree with ${digest}: ${said}`);
}

function shell(line: string): string {
  const { status, stdout } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`it failed: ${line}`);
  return stdout.trimEnd();
}
