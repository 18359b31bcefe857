import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../kit/command.ts";

test("the demo builds from this machine's mirror, agrees with sha256sum, and runs the image", {
  timeout: 180_000,
}, async () => {
  const demo = await runCommand(process.execPath, [join(import.meta.dirname, "../../scripts/demo.ts")]);
  expect(demo, demo.stderr).toMatchObject({ code: 0 });
  expect(demo.stdout).toContain("sha256sum agrees");
  // `unshare` and `chroot` are on every Debian, so something can always run it.
  expect(demo.stdout).toMatch(/\n {5}OpenSSL 3/);
});
