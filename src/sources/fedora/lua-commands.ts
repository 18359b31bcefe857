const words = /^"[^"\\]*"(?:, ?"[^"\\]*")*$/;

/**
 * The shell script that comes to the same as one in Lua that does nothing but run programs, as systemd's file triggers
 * do; undefined for any other. Lines are taken only as they are spelled there.
 */
export function commandsOfLua(text: string): string | undefined {
  const lines: string[] = [];
  const ends: string[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim().replace(/ \(/g, "(");
    if (line === "" || line.startsWith("--") || waiting.test(line)) continue;
    const called = /^(?:assert\()?(?:posix\.execp?|rpm\.execute)\((.*?)\){1,2}$/.exec(line)?.[1];
    const whole = /^os\.execute\("([^"\\]*)"\)$/.exec(line)?.[1];
    const [asked, path = "", mode] = /^if posix\.access\("([^"\\]+)"(, "x")?\) then$/.exec(line) ?? [];
    if (called !== undefined && words.test(called)) lines.push(called.split(/, ?/).map(quoted).join(" "));
    else if (whole !== undefined) lines.push(whole);
    else if (asked !== undefined) {
      lines.push(`if [ ${mode === undefined ? "-e" : "-x"} ${quoted(path)} ]; then`);
      ends.push("fi");
    } else if (line === "if pid == 0 then") ends.push("");
    else if (line === "end") {
      const end = ends.pop();
      if (end === undefined) return undefined;
      lines.push(end);
    } else if (line !== "elseif pid > 0 then" || ends.at(-1) !== "") return undefined;
  }
  return ends.length === 0 && lines.length > 0 ? lines.join("\n") : undefined;
}

const waiting = /^(?:(?:local )?pid = posix\.fork\(\)|posix\.wait\(pid\)|posix\.redirect2null\([12]\))$/;

/** A word of Lua or a path, for a shell. */
function quoted(word: string): string {
  return `'${word.replace(/^"|"$/g, "").replaceAll("'", "'\\''")}'`;
}
