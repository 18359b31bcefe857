import fc from "fast-check";

const piece = fc.oneof(
  fc.nat({ max: 30 }).map(String),
  fc.constantFrom("0", "00", "~", "~~", "+", ".", "a", "b", "Z", "rc", "dfsg", "+deb12u", "~bpo12+"),
);

/** Versions that dpkg takes without a warning, close enough to each other that every rule gets to speak. */
export const debianVersion = fc
  .record({
    epoch: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    first: fc.nat({ max: 12 }),
    upstream: fc.array(piece, { maxLength: 5 }),
    hyphenated: fc.option(fc.array(piece, { maxLength: 3 }), { nil: undefined }),
    revision: fc.option(fc.array(piece, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  })
  .map(({ epoch, first, upstream, hyphenated, revision }) => {
    const head = `${epoch === undefined ? "" : `${epoch}:`}${first}${upstream.join("")}`;
    if (revision === undefined) return head;
    return `${head}${hyphenated === undefined ? "" : `-${hyphenated.join("")}`}-${revision.join("")}`;
  });
