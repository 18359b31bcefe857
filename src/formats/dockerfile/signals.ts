/** Linux's signals by name, as docker knows them (moby/sys, signal). */
const names = new Set(
  `ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP
  TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX`.split(/\s+/),
);

/** A number but 0, or a name with or without SIG: `SIGTERM`, `rtmin+3`. */
export function isSignal(text: string): boolean {
  if (/^[+-]?[0-9]{1,9}$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().replace(/^SIG/, "");
  const relative = /^(RTMIN\+|RTMAX-)([1-9]|1[0-5])$/.exec(name);
  if (relative) return relative[1] === "RTMIN+" || Number(relative[2]) < 15;
  return names.has(name);
}
