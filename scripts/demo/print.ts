let step = 0;

/** The next step's number and name, and the command that does the same. */
export function title(text: string, how = ""): void {
  step += 1;
  console.log(`\n${step}. ${how === "" ? text : `${text.padEnd(30)}${how}`}`);
}

export function show(...lines: readonly string[]): void {
  for (const line of lines) console.log(`   ${line}`.trimEnd());
}

/** A share of the whole as a bar of at most 40 columns; a little of anything shows. */
export function bar(part: number, whole: number): string {
  return "█".repeat(Math.max(1, Math.round((part / whole) * 40)));
}
