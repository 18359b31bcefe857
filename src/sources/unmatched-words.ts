/**
 * A sentence on words of an `exclude` that mean no package: maybe they are spelled otherwise, and what was to stay out
 * comes in. None without words.
 * @param by whose they are: `"exclude"`, or `its exclude`
 * @param of the only repository that they speak of
 */
export function unmatchedNotes(words: readonly string[], by = '"exclude"', of?: string): string[] {
  if (words.length === 0) return [];
  const some = words.slice(0, 5).map((word) => `"${word}"`);
  const more = words.length > 5 ? [`${words.length - 5} more`] : [];
  const [last, ...others] = [...some, ...more].reverse();
  const listed = others.length > 0 ? `${others.reverse().join(", ")} or ${last}` : last;
  return [`No package${of === undefined ? "" : ` of ${of}`} matches ${listed}, which ${by} names.`];
}
