import type { RuntimeConfig } from "../../model/image.ts";
import { readFlags } from "./flags.ts";
import type { CommandLine } from "./instruction.ts";
import type { Refuse } from "./refuse.ts";

type Healthcheck = NonNullable<RuntimeConfig["Healthcheck"]>;

/** @param type `NONE` or `CMD`, in capitals; `command` is what follows it */
export function healthOf(
  type: string,
  command: CommandLine,
  flags: readonly string[],
  refuse: Refuse,
): Healthcheck {
  if (type === "NONE") {
    if (command.words.length > 0) refuse("HEALTHCHECK NONE takes nothing more");
    return { Test: ["NONE"] };
  }
  if (type !== "CMD") refuse("HEALTHCHECK takes NONE, or CMD and a command");
  if (command.words.length === 0) refuse("HEALTHCHECK CMD needs a command");
  const kinds = {
    interval: "text",
    timeout: "text",
    "start-period": "text",
    "start-interval": "text",
    retries: "text",
  } as const;
  const given = readFlags(flags, kinds, "HEALTHCHECK", refuse);
  const time = (flag: keyof typeof kinds) => {
    const text = given.text(flag) ?? "";
    return text === "" ? 0 : nanoseconds(text, flag, refuse);
  };
  const retries = given.text("retries") ?? "";
  if (!/^\+?[0-9]{0,9}$/.test(retries))
    refuse(`--retries must be a number from 0, not ${JSON.stringify(retries)}`);
  const numbers = {
    Interval: time("interval"),
    Timeout: time("timeout"),
    StartPeriod: time("start-period"),
    StartInterval: time("start-interval"),
    Retries: Number(retries),
  };
  const set = Object.entries(numbers).filter(([, value]) => value !== 0);
  return {
    Test: [command.form === "exec" ? "CMD" : "CMD-SHELL", ...command.words],
    ...Object.fromEntries(set),
  };
}

const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const millisecond = 1e6;

/** A duration as Go's `time.ParseDuration` reads it: `1h30m`, `1.5s`, `0`. */
function nanoseconds(text: string, flag: string, refuse: Refuse): number {
  if (/^[+-]?0$/.test(text)) return 0;
  const bad = () =>
    refuse(`--${flag} must be a time such as 30s or 1m30s, not ${JSON.stringify(text.slice(0, 40))}`);
  const plain = text.replace(/^\+/, "");
  if (plain.length > 40 || !/^(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(plain)) bad();
  let sum = 0;
  for (const [, whole = "", fraction = "", unit = ""] of plain.matchAll(
    /([0-9]*)\.?([0-9]*)(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const scale = units[unit] as number;
    sum += Number(whole) * scale + Math.trunc(Number(`0.${fraction || "0"}`) * scale);
  }
  if (!Number.isSafeInteger(sum)) bad();
  if (sum !== 0 && sum < millisecond) refuse(`--${flag} must be 1ms or more`);
  return sum;
}
