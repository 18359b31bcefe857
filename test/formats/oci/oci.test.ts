import { expect, test } from "vitest";
import { decodeConfig, encodeConfig } from "../../../src/formats/oci/config.ts";
import { decodeIndex, encodeIndex } from "../../../src/formats/oci/image-index.ts";
import { checkLayoutMarker, layoutMarker } from "../../../src/formats/oci/layout.ts";
import { decodeManifest, encodeManifest } from "../../../src/formats/oci/manifest.ts";
import { mediaTypes } from "../../../src/formats/oci/media-types.ts";
import type { Descriptor, ImageConfig } from "../../../src/model/image.ts";

const digest = `sha256:${"a".repeat(64)}` as const;
const config: Descriptor = { mediaType: mediaTypes.config, digest, size: 7 };
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

test("a manifest is one line, its members in order, annotations sorted", () => {
  const manifest = {
    mediaType: mediaTypes.manifest,
    config,
    layers: [],
    annotations: { b: "2", a: "1" },
  };
  const bytes = encodeManifest(manifest);
  expect(bytes.toString()).toBe(
    `{"schemaVersion":2,"mediaType":"${mediaTypes.manifest}","config":{"mediaType":"${mediaTypes.config}","digest":"${digest}","size":7},"layers":[],"annotations":{"a":"1","b":"2"}}`,
  );
  expect(decodeManifest(bytes, mediaTypes.manifest, "m")).toEqual(manifest);
});

test("an index keeps platforms, annotations and artifact types", () => {
  const manifests: Descriptor[] = [
    {
      ...config,
      mediaType: mediaTypes.manifest,
      platform: { os: "linux", architecture: "arm", variant: "v7" },
    },
    { ...config, mediaType: mediaTypes.manifest, artifactType: "application/x", annotations: { n: "v" } },
  ];
  const index = { mediaType: mediaTypes.index, manifests, annotations: {} };
  expect(decodeIndex(encodeIndex(index), mediaTypes.index, "i")).toEqual(index);
});

const sound = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] };
const unsound: readonly (readonly [string, unknown, string])[] = [
  ["of another version", { ...sound, schemaVersion: 1 }, "schemaVersion is not 2"],
  ["that is an index as well", { ...sound, manifests: [] }, "of a manifest and of an index"],
  ["of another type than it should be", { ...sound, mediaType: mediaTypes.index }, "calls itself"],
  [
    "with a digest that leads elsewhere",
    { ...sound, config: { ...config, digest: "sha256:../x" } },
    "config.digest",
  ],
  ["with a negative size", { ...sound, layers: [{ ...config, size: -1 }] }, "layers[0].size is not a size"],
  ["with a list of too many layers", { ...sound, layers: Array(10_001).fill(config) }, "more than 10000"],
  ["with annotations that are no strings", { ...sound, annotations: { a: 1 } }, 'annotations["a"]'],
  ["that is a list", [], "it is not an object"],
];

test.each(unsound)("a manifest %s is refused", (_, value, why) => {
  expect(() => decodeManifest(json(value), mediaTypes.manifest, "m")).toThrow(why);
});

test("what is not JSON, too deep or too large is refused", () => {
  const decode = (bytes: Uint8Array) => decodeManifest(bytes, mediaTypes.manifest, "m");
  expect(() => decode(Buffer.from("{"))).toThrow("it is not JSON");
  expect(() => decode(Buffer.of(0x22, 0xff, 0x22))).toThrow("it is not JSON");
  expect(() => decode(Buffer.from(`${"[".repeat(1000)}${"]".repeat(1000)}`))).toThrow("too deeply");
  expect(() => decode(Buffer.alloc(5 << 20))).toThrow("larger than");
});

test("a foreign key reaches no prototype", () => {
  const text = `{"schemaVersion":2,"config":${JSON.stringify(config)},"layers":[],"annotations":{"__proto__":"x"}}`;
  const { annotations } = decodeManifest(Buffer.from(text), mediaTypes.manifest, "m");
  expect(annotations.constructor).toBeUndefined();
  expect(Object.entries(annotations)).toEqual([["__proto__", "x"]]);
  expect(({} as { x?: string }).x).toBeUndefined();
});

const image: ImageConfig = {
  created: "2026-01-02T03:04:05Z",
  architecture: "amd64",
  os: "linux",
  config: {
    User: "65532",
    ExposedPorts: { "9000/tcp": {}, "80/tcp": {} },
    Env: ["B=2", "A=1"],
    Entrypoint: ["/bin/true"],
    Labels: { z: "1", a: "2" },
    Healthcheck: { Test: ["CMD", "true"], Interval: 5_000_000_000 },
  },
  rootfs: { type: "layers", diff_ids: [digest] },
  history: [{ created_by: "x" }, { created_by: "y", empty_layer: true }],
};

test("a configuration keeps lists in order and sorts maps", () => {
  const bytes = encodeConfig(image);
  expect(bytes.toString()).toContain('"ExposedPorts":{"80/tcp":{},"9000/tcp":{}},"Env":["B=2","A=1"]');
  expect(decodeConfig(bytes, "c")).toEqual(image);
});

test("docker's nulls are absent, and members of docker's own stay", () => {
  const bytes = json({
    os: "linux",
    architecture: "amd64",
    docker_version: "28",
    config: { Cmd: ["sh"], Entrypoint: null, OnBuild: null, Shell: ["x"] },
    rootfs: { type: "layers", diff_ids: null },
  });
  expect(decodeConfig(bytes, "c")).toEqual({
    os: "linux",
    architecture: "amd64",
    docker_version: "28",
    config: { Cmd: ["sh"], Shell: ["x"] },
    rootfs: { type: "layers", diff_ids: [] },
  });
});

test("a history that tells of more layers than there are is refused", () => {
  expect(() => decodeConfig(encodeConfig({ ...image, history: [{}, {}] }), "c")).toThrow("tells of 2 layers");
});

test("a layout of another version is refused", () => {
  checkLayoutMarker(layoutMarker, "l");
  expect(layoutMarker.toString()).toBe('{"imageLayoutVersion":"1.0.0"}');
  expect(() => checkLayoutMarker(json({ imageLayoutVersion: "2.0.0" }), "l")).toThrow('"2.0.0", not 1.0.0');
});
