import { TareError } from "../errors.ts";

/** Counts how often packages bear on each other, since a repository could have all of them bear on all others. */
export class Effort {
  readonly #want: string;
  readonly #limit: number;
  #left: number;

  /** @param want what is asked for, for the sentence @param limit far more than any real repository takes */
  constructor(want: string, limit: number) {
    this.#want = want;
    this.#limit = limit;
    this.#left = limit;
  }

  /** The list itself. @throws UNSATISFIABLE when all lists together are too long */
  on<List extends { readonly length: number }>(list: List): List {
    this.#left -= list.length;
    if (this.#left >= 0) return list;
    const why = `the packages that it leads to bear on each other in more than ${this.#limit} ways, and were not looked through`;
    throw new TareError({ code: "UNSATISFIABLE", want: this.#want, because: [why] });
  }
}
