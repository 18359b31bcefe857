import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../kit/command.ts";

test("the demo builds shout from this machine's registries, agrees with sha256sum, and gets its page", {
  timeout: 300_000,
}, async () => {
  const demo = await runCommand(process.execPath, [join(import.meta.dirname, "../../scripts/demo.ts")], {
    seconds: 280,
  });
  expect(demo, demo.stderr).toMatchObject({ code: 0 });
  expect(demo.stdout).toContain("sha256sum agrees");
  // `unshare` and `chroot` are on every Debian, so something can always start it.
  expect(demo.stdout).toMatch(/GET \/ +HTTP 200, .* with the title "Shout"/);
});
