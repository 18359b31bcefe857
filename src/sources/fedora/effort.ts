import { TareError } from "../../errors.ts";

/** What the packages of a whole distribution take together; each costs some hundred bytes. */
const limit = 5_000_000;

/** Counts how often packages bear on each other, since a repository could have all of them bear on all others. */
export class Effort {
  #left = limit;
  readonly #want: string;

  /** @param want what is asked for, for the sentence */
  constructor(want: string) {
    this.#want = want;
  }

  /** The list itself. @throws UNSATISFIABLE when all lists together are too long */
  on<List extends { readonly length: number }>(list: List): List {
    this.#left -= list.length;
    if (this.#left >= 0) return list;
    const why = `the packages that it leads to bear on each other in more than ${limit} ways, and were not looked through`;
    throw new TareError({ code: "UNSATISFIABLE", want: this.#want, because: [why] });
  }
}
