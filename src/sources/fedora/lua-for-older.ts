/** What looks, computes or prints; and what moves or removes, which finds nothing where nothing is. */
const harmless = new Set(
  (
    "posix.stat posix.access posix.readlink posix.dir posix.files os.rename os.remove posix.unlink posix.rmdir ipairs pairs " +
    "print tostring tonumber type string.len string.sub string.find string.match string.gsub table.insert table.concat " +
    ":sub :find :match :gsub :lines :read :close"
  ).split(" "),
);
const words = new Set("if elseif while and or not in return until function then do else".split(" "));
const libraries = new Set(
  "posix os io rpm load loadfile dofile loadstring require _G _ENV debug package".split(" "),
);

const token = /--[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_][\w.]*|\d+|\.\.|[=~<>]=|\s+|[\s\S]/g;
const longest = 64 * 1024;

/**
 * Whether a `%pretrans` in Lua has something to do only where an older version is: whatever it does stands behind the
 * question whether something is there, or moves or removes. Before a first installation there is nothing that it could
 * find. False for whatever is not understood.
 */
export function onlyForOlder(script: string): boolean {
  if (script.length > longest || /\[=*\[|--\[/.test(script)) return false;
  const tokens = (script.match(token) ?? []).filter((one) => !one.startsWith("--") && one.trim() !== "");
  const found = foundBy(tokens);
  const own = new Set(tokens.filter((_, at) => tokens[at - 1] === "function"));
  // Of each block that is open, whether it runs only where something was found.
  const open: boolean[] = [];
  let loop = false;
  for (let at = 0; at < tokens.length; at += 1) {
    const one = tokens[at] as string;
    if (one === "if" || one === "elseif") {
      const then = tokens.indexOf("then", at);
      if (then < 0) return false;
      if (one === "elseif" && open.pop() === undefined) return false;
      if (!open.includes(true) && !onlyHarmless(tokens.slice(at + 1, then), own)) return false;
      open.push(one === "if" && asksForSomething(tokens.slice(at + 1, then), found));
      at = then;
    } else if (one === "else") {
      if (open.pop() === undefined) return false;
      open.push(false);
    } else if (one === "end" || one === "until") {
      if (open.pop() === undefined) return false;
    } else if (one === "function" || one === "repeat") open.push(false);
    else if (one === "for" || one === "while") {
      open.push(false);
      loop = true;
    } else if (one === "do") {
      if (!loop) open.push(false);
      loop = false;
    } else if (!open.includes(true) && !isHarmless(tokens, at, own)) return false;
  }
  return open.length === 0;
}

function onlyHarmless(tokens: readonly string[], own: ReadonlySet<string>): boolean {
  return tokens.every((_, at) => isHarmless(tokens, at, own));
}

/** One word of code: no call of something else, and no function under another name, which would go by unseen. */
function isHarmless(tokens: readonly string[], at: number, own: ReadonlySet<string>): boolean {
  const [before = "", one = "", next = "", first = "", second = ""] = tokens.slice(
    Math.max(at - 1, 0),
    at + 4,
  );
  const [word, after, argument, behind] = at === 0 ? [before, one, next, first] : [one, next, first, second];
  const called = after === "(" || after === "{" || /^["']/.test(after);
  if (!/^[A-Za-z_]/.test(word)) return !((word === "]" || word === ")") && after === "(");
  if (words.has(word) || before === "function") return true;
  const name = at > 0 && before === ":" ? `:${word}` : word;
  if (!called) return !libraries.has(word.split(".")[0] as string);
  if (word === "require") return /^["'](?:posix|os|io)["']$/.test(after === "(" ? argument : after);
  if (word === "rpm.expand") return /^["'][^%]*["']$/.test(argument) && behind === ")";
  if (word === "io.open") return reads(tokens.slice(at + 1));
  return harmless.has(name) || own.has(word);
}

/** `(PATH)` or `(PATH, "r")`. */
function reads([, , mark, mode]: readonly string[]): boolean {
  return mark === ")" || (mark === "," && /^["']r["']$/.test(mode ?? ""));
}

/** Variables that only ever hold what was found at a path. */
function foundBy(tokens: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const others = new Set<string>();
  for (const [at, one] of tokens.entries())
    if (tokens[at + 1] === "=" || tokens[at + 1] === ",")
      (tokens[at + 1] === "=" && looksAt(tokens.slice(at + 2)) ? found : others).add(one);
  return new Set([...found].filter((one) => !others.has(one)));
}

/** A question about a path that no machine has by itself. */
function looksAt([name = "", , path = ""]: readonly string[]): boolean {
  return (
    /^(?:posix\.(?:stat|access|readlink)|io\.open)$/.test(name) &&
    !/^["']\/?(?:(?:proc|dev|sys|run|tmp)\b|["'])/.test(path)
  );
}

/** A condition that cannot hold where nothing is; or that asks for an update. */
function asksForSomething(tokens: readonly string[], found: ReadonlySet<string>): boolean {
  if (tokens.includes("or") || tokens.includes("not")) return false;
  const parts = [...tokens, "and"].reduce<{ done: string[][]; part: string[] }>(
    ({ done, part }, one) =>
      one === "and" ? { done: [...done, part], part: [] } : { done, part: [...part, one] },
    { done: [], part: [] },
  ).done;
  return parts.some((part) => {
    const plain = part[0] === "(" ? part.slice(1) : part;
    if (/^arg \[ 2 \] == [2-9]\b/.test(plain.join(" "))) return true;
    const end = looksAt(plain) ? plain.indexOf(")") + 1 : found.has(plain[0] ?? "") ? 1 : 0;
    if (end === 0) return false;
    const rest = plain.slice(end).join(" ");
    return /^(?:\)?|== ["'].*["'] ?\)?|~= nil ?\)?)$/.test(rest);
  });
}
