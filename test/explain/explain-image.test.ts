import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { chainIds } from "../../src/explain/chain-ids.ts";
import { explainImage } from "../../src/explain/explain-image.ts";
import { printed, quoted } from "../../src/explain/shell.ts";
import { explanationText } from "../../src/report/explanation.ts";
import { imageOf, layerOf } from "../kit/images.ts";

const place = { location: "oci:image", blobs: { path: "image", kind: "layout" } } as const;

test("a chain ID names a layer and all below it", () => {
  const [a, b, c] = [digestOf("a"), digestOf("b"), digestOf("c")];
  const ab = digestOf(`${a} ${b}`);
  expect(chainIds([a, b, c])).toEqual([a, ab, digestOf(`${ab} ${c}`)]);
  expect(chainIds([])).toEqual([]);
});

test("a document is printed in one line of printable ASCII", () => {
  expect(printed(Buffer.from('{"a":"100% \\n it\'s ä\u0000",\n\t}'))).toBe(
    `printf '{"a":"100%% \\\\n it'\\''s \\303\\244\\000",\\n\\011}'`,
  );
  expect(quoted("it's")).toBe("'it'\\''s'");
});

test("an image is files, layers, diffIDs, a chain and a configuration", async () => {
  const image = imageOf([await layerOf({ a: "1" }), await layerOf({ b: "2" }, "zstd")], {
    config: { Cmd: ["x"], Env: ["A=\u001b[31m"] },
  });
  const { title, steps } = await explainImage(image, place);
  expect(title).toBe("What oci:image is");
  expect(steps[0]?.rows?.rows.map(([size, what]) => [what, size])).toEqual([
    ["manifest", image.manifest.size],
    ["configuration", image.configuration.size],
    ["layer 1", image.layers[0]?.size],
    ["layer 2", image.layers[1]?.size],
    [
      "together",
      [image.manifest, image.configuration, ...image.layers].reduce((sum, { size }) => sum + size, 0),
    ],
  ]);
  expect(steps[1]?.rows?.rows.map((row) => row[2])).toEqual(["with gzip", "with zstd"]);
  const settings = steps.find((step) => step.text !== undefined);
  expect(JSON.parse(settings?.text?.join("") ?? "")).toEqual({
    created: "2026-01-02T03:04:05Z",
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["x"], Env: ["A=\u001b[31m"] },
  });
  expect(settings?.words.join(" ")).toContain("2 lines of history");
  const text = explanationText({ title, steps }, { width: 80, color: false });
  expect(text).toContain('\n     "os": "linux",\n');
  expect(text).not.toContain("\u001b");
});

test("a path that looks like an option is none, and other places are copied first", async () => {
  const image = imageOf([await layerOf({ a: "1" })]);
  const first = async (given: Parameters<typeof explainImage>[1]) =>
    (await explainImage(image, given)).steps[0]?.commands.slice(0, 2);
  const blobs = { path: "-x.tar", kind: "archive" } as const;
  expect((await first({ location: "oci-archive:-x.tar", blobs }))?.[1]).toContain("--file './-x.tar'");
  expect(await first({ location: "docker-daemon:it:1" })).toEqual([
    "layout=$(mktemp --directory)/image",
    `tare copy 'docker-daemon:it:1' "oci:$layout"`,
  ]);
});
