/** By number, from 0 (capabilities(7)). */
const names = (
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service " +
  "net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin " +
  "sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override " +
  "mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
).split(" ");

const every = (1n << BigInt(names.length)) - 1n;

/**
 * The value of `security.capability` for capabilities in the words of cap_from_text(3): `cap_net_raw=ep`,
 * `cap_setuid,cap_setgid+p`, `=ep`. `struct vfs_cap_data`, revision 2, always little-endian (linux/capability.h).
 * Undefined for a text that is none, or that a file cannot have: a file's are effective together or not at all.
 */
export function fileCapabilities(text: string): Uint8Array | undefined {
  if (text.length > 4096) return undefined;
  const sets = { e: 0n, i: 0n, p: 0n };
  const clauses = text.trim().split(/\s+/);
  for (const clause of clauses) {
    const match = /^([a-z0-9_,]*)((?:[=+-][eip]*)+)$/.exec(clause);
    const of = match === null ? undefined : maskOf(match[1] as string);
    if (match === null || of === undefined) return undefined;
    if (match[1] === "" && !clause.startsWith("=")) return undefined;
    for (const [, sign, flags = ""] of (match[2] as string).matchAll(/([=+-])([eip]*)/g))
      for (const flag of ["e", "i", "p"] as const) {
        if (sign === "=") sets[flag] &= ~of;
        if (!flags.includes(flag)) continue;
        if (sign === "-") sets[flag] &= ~of;
        else sets[flag] |= of;
      }
  }
  if (sets.e !== 0n && sets.e !== (sets.p | sets.i)) return undefined;
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE(0x0200_0000 | (sets.e === 0n ? 0 : 1), 0);
  for (const [word, at] of [
    [0n, 4],
    [32n, 12],
  ] as const) {
    bytes.writeUInt32LE(Number((sets.p >> word) & 0xffff_ffffn), at);
    bytes.writeUInt32LE(Number((sets.i >> word) & 0xffff_ffffn), at + 4);
  }
  return bytes;
}

/** No names are all of them. */
function maskOf(list: string): bigint | undefined {
  if (list === "" || list === "all") return every;
  let mask = 0n;
  for (const name of list.split(",")) {
    const number = names.indexOf(name.replace(/^cap_/, ""));
    if (number < 0) return undefined;
    mask |= 1n << BigInt(number);
  }
  return mask;
}
