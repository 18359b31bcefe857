/**
 * A sentence for each word of an item's `exclude` that means no package: maybe it is spelled otherwise, and what was to
 * stay out comes in.
 * @param means whether it means any, for whatever machine
 */
export function unmatchedWords(exclude: readonly string[], means: (word: string) => boolean): string[] {
  return exclude
    .filter((word) => !means(word))
    .map((word) => `No package matches "${word}", which "exclude" names.`);
}
