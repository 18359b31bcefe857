import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { needsPeers } from "../kit/peers.ts";
import { bashScripts, shellScripts, shellsApart } from "../kit/shell-scripts.ts";

test("Debian's shell prints what the reader of scripts is held to", (context) => {
  needsPeers(context, "dash");
  for (const [about, script, printed] of shellScripts) {
    const words = ["-e", "-c", script, "postinst", "configure", ""];
    expect(execFileSync("dash", words, { encoding: "utf8" }), about).toBe(printed);
  }
});

test("bash, as rpm's shell, prints what the reader of scriptlets is held to", (context) => {
  needsPeers(context, "bash");
  for (const [about, script, printed] of [...bashScripts, ...shellScripts]) {
    const words = ["--posix", "-e", "-c", script, "postinst", "configure", ""];
    expect(execFileSync("bash", words, { encoding: "utf8" }), about).toBe(printed);
  }
});

test.for([["dash"], ["busybox", "sh"], ["bash", "--posix"], ["bash"]].map((shell, at) => ({ shell, at })))(
  "$shell prints what is its own and not every shell's",
  ({ shell: [program = "", ...options], at }, context) => {
    needsPeers(context, program);
    for (const [about, script, printed] of shellsApart)
      expect(spawnSync(program, [...options, "-c", script], { encoding: "utf8" }).stdout, about).toBe(
        printed[at],
      );
  },
);
