/** One step of the way to an image, or one look at it, in plain words. */
export interface Step {
  readonly title: string;
  /** Paragraphs. */
  readonly words: readonly string[];
  /** Lines that are shown as they stand. */
  readonly text?: readonly string[];
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
