import fc from "fast-check";
import { expect, test } from "vitest";
import { compareEvr } from "../../src/formats/rpm/version.ts";
import { mustRun } from "../kit/command.ts";
import { needsPeers } from "../kit/peers.ts";

const part = fc.string({ unit: fc.constantFrom(..."0123459aAbzrc..__~^+"), minLength: 1, maxLength: 9 });
const evr = fc
  .tuple(fc.option(fc.nat(3)), part, part)
  .map(([epoch, version, release]) => `${epoch === null ? "" : `${epoch}:`}${version}-${release}`);

test("rpm orders versions as we do", async (context) => {
  needsPeers(context, "rpm");
  const pairs = fc.sample(fc.tuple(evr, evr), { numRuns: 1500, seed: 5 });
  const calls = pairs.map(([a, b]) => `print(rpm.vercmp("${a}", "${b}").." ")`).join("\n");
  const said = (await mustRun("rpm", ["--eval", `%{lua:${calls}}`])).trim().split(" ").map(Number);
  expect(pairs.map(([a, b]) => `${a} ${b} ${Math.sign(compareEvr(a, b))}`)).toEqual(
    pairs.map(([a, b], at) => `${a} ${b} ${said[at]}`),
  );
});
