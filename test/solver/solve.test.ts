import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { solve } from "../../src/solver/solve.ts";
import type { Requirement, Universe } from "../../src/solver/universe.ts";

/** What each thing needs (`b|c`, or `b?` when it can do without) and what it cannot stand (`!d`). */
type World = Readonly<Record<string, readonly string[]>>;

function universeOf(world: World): Universe<string> {
  const lines = (name: string) => world[name] ?? [];
  return {
    name: (name) => name,
    requirements: (name) =>
      lines(name)
        .filter((line) => !line.startsWith("!"))
        .map((line) => requirement(line, world)),
    conflicts: (name) =>
      lines(name)
        .filter((line) => line.startsWith("!"))
        .map((line) => ({ text: "conflicts with", with: [line.slice(1)] })),
  };
}

function requirement(line: string, world: World): Requirement<string> {
  const optional = line.endsWith("?");
  const text = optional ? line.slice(0, -1) : line;
  return { text, optional, alternatives: text.split("|").filter((name) => name in world) };
}

function choose(world: World, ...wants: string[]): string {
  return solve(
    wants.map((want) => requirement(want, world)),
    universeOf(world),
  ).chosen.join(" ");
}

function refusal(world: World, ...wants: string[]): readonly string[] {
  try {
    choose(world, ...wants);
  } catch (error) {
    if (error instanceof TareError && error.problem.code === "UNSATISFIABLE")
      return [error.problem.want, ...error.problem.because];
    throw error;
  }
  throw new Error("a solution was found");
}

describe("decides as apt does", () => {
  test("depth first, in the order of the requirements", () => {
    expect(choose({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, "a")).toBe("a b d c");
  });

  test("all that is wanted comes before what it needs", () => {
    expect(choose({ a: ["x|b"], b: [], x: [] }, "a", "b")).toBe("a b");
  });

  test("the first alternative, unless one is already there", () => {
    expect(choose({ a: ["b", "c|b"], b: [], c: [] }, "a")).toBe("a b");
  });

  test("what will only be needed later is not there yet", () => {
    expect(choose({ a: ["c|b", "b"], b: [], c: [] }, "a")).toBe("a c b");
  });

  test("circles end", () => {
    expect(choose({ a: ["b"], b: ["c"], c: ["a"] }, "a")).toBe("a b c");
  });

  test("a chain of twenty thousand is no matter", () => {
    const world: Record<string, readonly string[]> = {};
    for (let at = 0; at < 20_000; at += 1) world[`p${at}`] = at === 19_999 ? [] : [`p${at + 1}`];
    expect(choose(world, "p0").split(" ")).toHaveLength(20_000);
  });
});

describe("finds a way where the first choices do not work", () => {
  test("an alternative that cannot be had is passed over", () => {
    expect(choose({ a: ["b|c"], b: ["nothing"], c: [] }, "a")).toBe("a c");
  });

  test("an alternative that conflicts with what was wanted is passed over", () => {
    expect(choose({ a: ["b|c"], b: ["!a"], c: [] }, "a")).toBe("a c");
  });

  test("a choice is taken back when it rules out something that comes later", () => {
    expect(choose({ a: ["b|c", "d"], b: [], c: [], d: ["e"], e: ["!b"] }, "a")).toBe("a c d e");
  });

  test("several choices are taken back at once, those that do not matter stand", () => {
    const world = {
      a: ["p|q", "r|s", "t|u", "z"],
      p: [],
      q: [],
      r: ["x"],
      s: [],
      t: [],
      u: [],
      x: [],
      z: ["y"],
      y: ["!x", "!t"],
    };
    expect(choose(world, "a")).toBe("a p s u z y");
  });
});

describe("optional requirements", () => {
  test("are met in their place where that is possible", () => {
    expect(choose({ a: ["b?", "c"], b: [], c: [] }, "a")).toBe("a b c");
  });
  test("are given up where it is not, without a trace", () => {
    expect(choose({ a: ["b?", "c"], b: ["d", "e"], c: ["!e"], d: [], e: [] }, "a")).toBe("a c");
    expect(choose({ a: ["nothing?"] }, "a")).toBe("a");
  });
});

test("tells who needs what: all whose requirement it meets, not itself", () => {
  const world = { a: ["b", "c|b"], b: ["b|c"], c: ["a"] };
  const { neededBy } = solve([requirement("a", world), requirement("c", world)], universeOf(world));
  expect(Object.fromEntries(neededBy)).toEqual({ a: ["c"], b: ["a"], c: ["a", "b"] });
});

describe("says why not, in the order from the want to the reason", () => {
  test("something is missing", () => {
    expect(refusal({ a: ["b", "x"], b: ["c"], c: ["nothing"], x: [] }, "a")).toEqual([
      "a",
      "a needs b",
      "b needs c",
      "c needs nothing, but nothing offers that",
    ]);
  });

  test("what was asked for is itself missing", () => {
    expect(refusal({}, "a")).toEqual(["a", "a: nothing offers that"]);
  });

  test("two wants cannot be had together; what has no part in it is not mentioned", () => {
    const world = { a: ["b", "n"], b: ["!d"], c: ["d", "n"], d: [], e: ["n"], n: [] };
    expect(refusal(world, "e", "a", "c")).toEqual([
      "a together with c",
      "a needs b",
      "c needs d",
      "b conflicts with d",
    ]);
  });

  test("every alternative has its own reason", () => {
    expect(refusal({ a: ["b|c"], b: ["!a"], c: ["nothing"] }, "a")).toEqual([
      "a",
      "a needs b|c",
      "b conflicts with a",
      "c needs nothing, but nothing offers that",
    ]);
  });
});

test("agrees with trying everything, on any small world", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const line = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
        .map((all) => all.join("|")),
    },
    { weight: 2, arbitrary: fc.constantFrom(...names).map((name) => `!${name}`) },
  );
  const worlds = fc
    .tuple(...names.map(() => fc.array(line, { maxLength: 4 })))
    .map((lines) =>
      Object.fromEntries(
        names.map((name, at) => [name, (lines[at] as string[]).filter((each) => each !== `!${name}`)]),
      ),
    );
  fc.assert(
    fc.property(
      worlds,
      fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
      (world, wants) => {
        let chosen: string[] | undefined;
        try {
          chosen = choose(world, ...wants).split(" ");
        } catch (error) {
          if (!(error instanceof TareError)) throw error;
        }
        const possible = subsetsOf(names).some((set) => isSound(world, wants, set));
        expect(chosen !== undefined).toBe(possible);
        if (chosen !== undefined) expect(isSound(world, wants, new Set(chosen))).toBe(true);
      },
    ),
    { numRuns: 3000 },
  );
});

function subsetsOf(names: readonly string[]): Set<string>[] {
  return Array.from(
    { length: 1 << names.length },
    (_, bits) => new Set(names.filter((_, at) => (bits >> at) & 1)),
  );
}

function isSound(world: World, wants: readonly string[], set: ReadonlySet<string>): boolean {
  if (!wants.every((want) => set.has(want))) return false;
  return [...set].every((name) =>
    (world[name] ?? []).every((line) =>
      line.startsWith("!") ? !set.has(line.slice(1)) : line.split("|").some((each) => set.has(each)),
    ),
  );
}
