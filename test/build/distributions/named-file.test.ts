import { expect, test } from "vitest";
import { readNamedFile } from "../../../src/build/distributions/named-file.ts";
import { withFolder } from "../../kit/temporary.ts";

test("a file that is not there is told with what the recipe takes it for", () =>
  withFolder(async (folder) => {
    await expect(readNamedFile("no.repo", folder, "a .repo file")).rejects.toThrow(
      `There is no ${folder}/no.repo: the recipe names it as a .repo file (no.repo).`,
    );
  }));
