/** One step of the way from a recipe to an image, in plain words. */
export interface Step {
  readonly title: string;
  /** Paragraphs. */
  readonly words: readonly string[];
  /** What a person would type to the same end; `#` begins a comment. */
  readonly commands: readonly string[];
  readonly rows?: {
    readonly columns: readonly string[];
    /** Numbers are bytes, lists are names. */
    readonly rows: readonly (readonly (string | number | readonly string[])[])[];
  };
}

/** A plain value (it survives JSON). */
export interface Explanation {
  readonly title: string;
  readonly steps: readonly Step[];
}
