import { expect, test } from "vitest";
import { fileCapabilities } from "../../src/formats/file-capabilities.ts";

const hexOf = (text: string) => {
  const bytes = fileCapabilities(text);
  return bytes && Buffer.from(bytes).toString("hex");
};

test.each([
  ["cap_net_raw=ep", "0100000200200000000000000000000000000000"],
  ["cap_net_raw+p", "0000000200200000000000000000000000000000"],
  ["cap_setuid,cap_setgid=eip", "01000002c0000000c00000000000000000000000"],
  ["cap_bpf=p", "0000000200000000000000008000000000000000"],
  ["= cap_chown+ep", "0100000201000000000000000000000000000000"],
  ["=p cap_chown-p", "00000002feffffff00000000ff01000000000000"],
  ["cap_chown=ep cap_kill+ep", "0100000221000000000000000000000000000000"],
])("%s", (text, hex) => expect(hexOf(text)).toBe(hex));

test("what is no text of capabilities, or none that a file can have, is not one", () => {
  for (const text of [
    "",
    "cap_nonsense=ep",
    "cap_chown",
    "cap_chown=x",
    "+ep",
    "cap_chown=p cap_kill=ep",
    "__proto__=p",
  ])
    expect(hexOf(text), text).toBeUndefined();
});
