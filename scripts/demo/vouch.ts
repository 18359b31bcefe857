import type { BuiltImage, Lock } from "../../src/index.ts";
import { show } from "./print.ts";

/** The chain of trust, as the lock has it. */
export function showTrust(lock: Lock): void {
  for (const { id, date, keys } of lock.repositories.filter(({ index }) => index !== undefined))
    show(`${id.padEnd(24)} ${date?.slice(0, 10)}, signed by ${keys.map((key) => key.slice(-16)).join(", ")}`);
  const packages = lock.platforms.flatMap((platform) => platform.packages);
  for (const { id, keys } of lock.repositories.filter(({ index }) => index === undefined)) {
    const own = packages.filter(({ repository }) => repository === id);
    const hashes = new Set(own.map(({ integrity = "none" }) => integrity.split("-")[0]));
    const signed = keys.length > 0 ? `signed by ${keys.join(", ")}` : "this registry serves no signatures";
    show(
      `${id.padEnd(24)} ${own.length} packages, each held to its integrity (${[...hashes].join(", ")}); ${signed}`,
    );
  }
}

/** What became of the scripts that installing would have run. */
export function showScripts({ coverage }: BuiltImage): void {
  const count = (verdict: string) => coverage.filter((one) => one.verdict === verdict).length;
  show(
    `Of ${coverage.length} scripts that installing would run, none ran: ${count("handled")} done by tare itself, ${count("harmless")} with`,
    `nothing to do in a container, ${count("needs-you")} left to you.`,
  );
  for (const { package: name, script, notes } of coverage.filter(({ verdict }) => verdict === "needs-you"))
    show(`  ${name} ${script}: ${notes.join("; ")}`);
}
