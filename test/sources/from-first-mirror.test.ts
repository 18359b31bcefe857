import { describe, expect, test } from "vitest";
import { type Problem, TareError } from "../../src/errors.ts";
import { fromFirstMirror } from "../../src/sources/from-first-mirror.ts";

const [one, two, three] = [1, 2, 3].map((at) => `https://mirror.example/${at}`) as [string, string, string];
const wrong: Problem = { code: "BAD_ARCHIVE", format: "index", where: "one", why: "it is none" };
const down: Problem = { code: "DOWNLOAD_FAILED", what: "x", tried: [{ where: one, why: "it answered 503" }] };

/** What each mirror does: gives a text, has nothing, or fails. */
async function from(
  answers: Readonly<Record<string, string | undefined | Problem | Error>>,
  signal?: AbortSignal,
) {
  const asked: string[] = [];
  const read = async (mirror: string) => {
    asked.push(mirror);
    const answer = answers[mirror];
    if (answer instanceof Error) throw answer;
    if (typeof answer === "object") throw new TareError(answer);
    return answer;
  };
  const found = await fromFirstMirror("fedora/own", Object.keys(answers), read, signal).catch(
    (error: unknown) => ({ error }),
  );
  return { asked, ...found };
}

describe("an index is read from", () => {
  test("the first mirror, and no other is asked", async () => {
    expect(await from({ [one]: "1", [two]: "2" })).toEqual({ asked: [one], found: "1", mirrors: [one, two] });
  });

  test.each<[string, Problem | undefined]>([
    ["does not have it", undefined],
    ["cannot be reached", down],
    ["has something else", wrong],
    ["has one that somebody else signed", { code: "SIGNATURE_MISSING", what: "x", todo: "y" }],
  ])("the next one, which then comes first, where the first %s", async (_, answer) => {
    expect(await from({ [one]: answer, [two]: "2", [three]: "3" })).toEqual({
      asked: [one, two],
      found: "2",
      mirrors: [two, one, three],
    });
  });

  test("none where something is wrong that another mirror cannot mend", async () => {
    const { asked, ...rest } = await from({ [one]: { code: "OFFLINE", what: "x" }, [two]: "2" });
    expect(asked).toEqual([one]);
    expect(rest).toMatchObject({ error: { code: "OFFLINE" } });
    expect(await from({ [one]: new RangeError("a defect"), [two]: "2" })).toMatchObject({
      error: new RangeError("a defect"),
    });
  });

  test("none once somebody gave up", async () => {
    const signal = AbortSignal.abort(new Error("given up"));
    expect(await from({ [one]: down, [two]: "2" }, signal)).toMatchObject({
      asked: [one],
      error: new Error("given up"),
    });
  });
});

describe("where no mirror has it", () => {
  test("a wrong file says more than an absent one, and the first says most", async () => {
    const later: Problem = { ...wrong, why: "it is another" };
    expect(await from({ [one]: down, [two]: wrong, [three]: later })).toMatchObject({
      error: { problem: wrong },
    });
  });

  test("nobody having it is another thing than nobody answering", async () => {
    expect(await from({ [one]: undefined, [two]: undefined })).toMatchObject({
      error: { problem: { code: "REPOSITORY_MISSING", id: "fedora/own", where: [one, two] } },
    });
    expect(await from({ [one]: down, [two]: undefined })).toMatchObject({
      error: {
        problem: {
          code: "DOWNLOAD_FAILED",
          tried: [
            { where: one, why: "it answered 503" },
            { where: two, why: "it does not have the repository" },
          ],
        },
      },
    });
  });
});
