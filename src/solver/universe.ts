/** One thing that must be there: any of the alternatives will do. */
export interface Requirement<Candidate> {
  /** As a person would write it: `libc6 (>= 2.36)`. */
  readonly text: string;
  /** The preferred one first; none at all means that it cannot be had. */
  readonly alternatives: readonly Candidate[];
  /** Followed where that is possible, given up without complaint where it is not. */
  readonly optional?: boolean;
  /** Said when it cannot be had: why nothing else is offered. `only 2.36-9 is there`. */
  readonly note?: string;
}

/** Candidates that cannot be there together with another one, the one that says so; it is never among them. */
export interface Conflict<Candidate> {
  /** A clause with the candidate as its subject and the other at its end: `breaks`, `conflicts with`. */
  readonly text: string;
  readonly with: readonly Candidate[];
}

/**
 * All that could be chosen, told bit by bit: the solver asks only about candidates that it considers, some of them
 * twice. Candidates are compared by identity. The answers must not depend on when they are asked for.
 */
export interface Universe<Candidate> {
  /** In the order in which they should be satisfied. */
  requirements(candidate: Candidate): readonly Requirement<Candidate>[];
  conflicts(candidate: Candidate): readonly Conflict<Candidate>[];
  /** For the sentences: `libc6 2.36-9`. */
  name(candidate: Candidate): string;
}
