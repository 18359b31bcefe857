import type { AnyBytes, Bytes } from "../bytes.ts";

/** A source that remembers its own failure, so that it can be told from a failure of whoever reads it. */
export interface Watched {
  readonly bytes: Bytes;
  /** Set once the source has thrown. */
  failure(): { readonly cause: unknown } | undefined;
}

export function watch(source: AnyBytes): Watched {
  let failure: { readonly cause: unknown } | undefined;
  const iterate = (): AsyncIterator<Uint8Array> => {
    const inner = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    return {
      async next() {
        try {
          return await inner.next();
        } catch (cause) {
          failure = { cause };
          throw cause;
        }
      },
      async return() {
        await inner.return?.();
        return { done: true, value: undefined };
      },
    };
  };
  return { bytes: { [Symbol.asyncIterator]: iterate }, failure: () => failure };
}
