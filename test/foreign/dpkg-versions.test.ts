import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions } from "../../src/formats/deb/version.ts";
import { debianVersion } from "../kit/debian-version.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";

test("dpkg orders versions as we do", (context) => {
  needsPeers(context, "dpkg");
  const dpkg = findPeer("dpkg") as string;
  const holds = (a: string, operator: string, b: string) =>
    spawnSync(dpkg, ["--compare-versions", a, operator, b]).status === 0;
  fc.assert(
    fc.property(debianVersion, debianVersion, (a, b) => {
      const order = Math.sign(compareVersions(a, b));
      const operator = order < 0 ? "lt" : order > 0 ? "gt" : "eq";
      expect(holds(a, operator, b), `${a} ${operator} ${b}`).toBe(true);
    }),
    { numRuns: 400 },
  );
});
