import { expect, test } from "vitest";
import { transactionColor } from "../../src/sources/fedora/architectures.ts";
import { mustRun } from "../kit/command.ts";
import { needsPeers } from "../kit/peers.ts";

const machines = ["x86_64", "i686", "aarch64", "armv7hl", "loongarch64", "ppc64le", "riscv64", "s390x"];

test.for(machines)(
  "on %s, rpm tells ELF files of 32 and of 64 bits apart as we do",
  async (machine, context) => {
    needsPeers(context, "rpm");
    const color = await mustRun("rpm", ["--target", machine, "--eval", "%{_transaction_color}"]);
    expect(transactionColor(machine)).toBe(Number(color));
  },
);
