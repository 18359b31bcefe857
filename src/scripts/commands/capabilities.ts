import { type Call, type Emulation, type Status, Unsure } from "../shell/interpret.ts";
import { optionsOf } from "./arguments.ts";

export const capabilities = new Map<string, Emulation>([["setcap", setCapabilities]]);

/** By number, from 0 (capabilities(7)). */
const names = (
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service " +
  "net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin " +
  "sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override " +
  "mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
).split(" ");

/** `setcap CAPABILITIES FILE`, for a list of names with `+ep`, `=ep`, `+p` or the like. */
function setCapabilities(call: Call): Status {
  const { operands } = optionsOf(call, ["-q"]);
  const [text = "", path = "", ...rest] = operands;
  const match = /^([a-z_,]+)[+=]([eip]+)$/.exec(text);
  if (!match || rest.length > 0) throw new Unsure(`the capabilities ${text} are not known`);
  const { workspace } = call.shell;
  const node = workspace.resolve(path);
  if (node?.type !== "file") return 1;
  if (!node.content) throw new Unsure(`${path} would change, and its content is not at hand`);
  const value = attribute((match[1] as string).split(","), match[2] as string);
  workspace.change(path, { xattrs: new Map([...(node.xattrs ?? []), ["security.capability", value]]) });
  call.shell.findings.handled.add(`capabilities of ${path}`);
  return 0;
}

/** `struct vfs_cap_data`, revision 2, always little-endian (linux/capability.h). */
function attribute(wanted: readonly string[], flags: string): Uint8Array {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE(0x02000000 | (flags.includes("e") ? 1 : 0), 0);
  for (const name of wanted) {
    const number = names.indexOf(name.replace(/^cap_/, ""));
    if (number < 0) throw new Unsure(`the capability ${name} is not known`);
    const [word, bit] = [number >> 5, 1 << (number & 31)];
    for (const [flag, at] of [
      ["p", 4],
      ["i", 8],
    ] as const)
      if (flags.includes(flag))
        bytes.writeUInt32LE((bytes.readUInt32LE(at + word * 8) | bit) >>> 0, at + word * 8);
  }
  return bytes;
}
