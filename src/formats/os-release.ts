/** The assignments of an os-release(5): the last one of a name counts, quotes are taken off, no variable is expanded. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z][A-Z0-9_]{0,63})=(?:"([^"]*)"|'([^']*)'|([^"'\s]*))\s*$/.exec(line.trim());
    if (match) facts.set(match[1] as string, match[2] ?? match[3] ?? match[4] ?? "");
  }
  return facts;
}
