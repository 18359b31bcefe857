import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/bytes/digest.ts";
import { aciOfImage, type ImageFacts } from "../../../src/formats/aci/aci-of-image.ts";
import { decodeAciManifest } from "../../../src/formats/aci/decode-manifest.ts";
import { imageOfAci } from "../../../src/formats/aci/image-of-aci.ts";
import { type AciManifest, encodeAciManifest, valueNamed } from "../../../src/formats/aci/manifest.ts";
import type { ImageConfig, RuntimeConfig } from "../../../src/model/image.ts";
import { parseReference } from "../../../src/model/reference.ts";

function imageConfig(config?: RuntimeConfig, more: Partial<ImageConfig> = {}): ImageConfig {
  return {
    created: "2016-06-02T21:43:31.291506236Z",
    architecture: "amd64",
    os: "linux",
    ...(config && { config }),
    rootfs: { type: "layers", diff_ids: [digestOf("a layer")] },
    ...more,
  };
}

function aciOf(config: ImageConfig, facts: Partial<ImageFacts> = {}): AciManifest {
  const manifest = aciOfImage({
    config,
    annotations: {},
    manifest: digestOf("the manifest"),
    configuration: digestOf("the configuration"),
    reference: undefined,
    fallbackName: "app",
    group: "0",
    ...facts,
  });
  // What is written can be read, and says the same.
  return decodeAciManifest(encodeAciManifest(manifest), "written");
}

const imageOf = (manifest: AciManifest) => imageOfAci(manifest, new Map());

/** As the image would be opened: what the next ACI is made of. */
function openedConfig(
  manifest: AciManifest,
  change: (config: RuntimeConfig) => RuntimeConfig = (same) => same,
) {
  const { platform, created, author, config, annotations } = imageOf(manifest);
  const opened = imageConfig(change(config), {
    ...platform,
    ...(created !== undefined && { created }),
    ...(author !== undefined && { author }),
  });
  return { config: opened, annotations };
}

// Data of docker2aci's own test of Docker images with a manifest of version 2.2.
const docker22: RuntimeConfig = {
  User: "",
  ExposedPorts: { "80": {} },
  Env: ["FOO=1"],
  Entrypoint: ["/bin/sh", "-c", "echo"],
  Cmd: ["foo"],
  WorkingDir: "/",
};
const author = "rkt developer <rkt-dev@googlegroups.com>";

test("an image of docker's becomes what docker2aci makes of it, and its configuration stands in a note", () => {
  const reference = parseReference("registry.example/docker2aci/dockerv22test:v0.1.0");
  const config = imageConfig(docker22, { author, architecture: "arm64" });
  const manifest = aciOf(config, { reference });
  const notes = ["tare/oci/config", "tare/oci/annotations"];
  const annotations = manifest.annotations.filter(({ name }) => !notes.includes(name));
  expect(JSON.parse(encodeAciManifest({ ...manifest, annotations }).toString())).toEqual({
    acKind: "ImageManifest",
    acVersion: "0.8.11",
    name: "registry.example/docker2aci/dockerv22test",
    labels: [
      { name: "arch", value: "aarch64" },
      { name: "os", value: "linux" },
      { name: "version", value: "v0.1.0" },
    ],
    app: {
      exec: ["/bin/sh", "-c", "echo", "foo"],
      user: "0",
      group: "0",
      workingDirectory: "/",
      environment: [{ name: "FOO", value: "1" }],
      ports: [{ name: "80", protocol: "tcp", port: 80, count: 1, socketActivated: false }],
    },
    annotations: [
      { name: "authors", value: author },
      { name: "created", value: "2016-06-02T21:43:31.291506236Z" },
      { name: "appc.io/docker/originalname", value: "registry.example/docker2aci/dockerv22test:v0.1.0" },
      { name: "appc.io/docker/registryurl", value: "registry.example" },
      { name: "appc.io/docker/repository", value: "docker2aci/dockerv22test" },
      { name: "appc.io/docker/tag", value: "v0.1.0" },
      { name: "appc.io/docker/imageid", value: digestOf("the configuration") },
      { name: "appc.io/docker/manifesthash", value: digestOf("the manifest") },
      { name: "appc.io/docker/entrypoint", value: '["/bin/sh","-c","echo"]' },
      { name: "appc.io/docker/cmd", value: '["foo"]' },
    ],
  });
  expect(valueNamed(manifest.annotations, "tare/oci/config")).toContain('"ExposedPorts":{"80":{}}');
});

test("docker's own registry is called as docker2aci calls it", () => {
  const manifest = aciOf(imageConfig(docker22), { reference: parseReference("redis") });
  expect(manifest.name).toBe("redis");
  expect(valueNamed(manifest.annotations, "appc.io/docker/registryurl")).toBe("registry-1.docker.io");
  expect(valueNamed(manifest.annotations, "appc.io/docker/repository")).toBe("library/redis");
  expect(valueNamed(manifest.labels, "version")).toBe("latest");
});

/** Everything that OCI and docker can say, much of which an ACI cannot. */
const everything: RuntimeConfig = {
  User: "nobody",
  ExposedPorts: { "6379/tcp": {}, "53/udp": {}, "8000-8010/tcp": {} },
  Env: ["PATH=/bin:/usr/bin", "EMPTY=", "not a variable", "BASH_FUNC_x%%=() { :; }", "PATH=/bin"],
  Entrypoint: ["/bin/redis"],
  Cmd: ["--port", "6379"],
  Volumes: { "/data": {}, "/var/lib/a_b": {}, "/var/lib/a-b": {} },
  WorkingDir: "srv",
  Labels: { "Odd Key!": "value" },
  StopSignal: "SIGQUIT",
  Healthcheck: { Test: ["CMD", "true"], Interval: 5_000_000_000 },
};

test("volumes, ports, users, folders and variables, as an app says them", () => {
  const { app } = aciOf(imageConfig(everything), { group: "65534" });
  expect(app).toMatchObject({
    user: "nobody",
    group: "65534",
    workingDirectory: "/srv",
    environment: [
      { name: "PATH", value: "/bin" },
      { name: "EMPTY", value: "" },
    ],
    mountPoints: [
      { name: "volume-data", path: "/data" },
      { name: "volume-var-lib-a-b", path: "/var/lib/a-b" },
      { name: "volume-var-lib-a-b-1", path: "/var/lib/a_b" },
    ],
    ports: [
      { name: "53-udp", protocol: "udp", port: 53, count: 1 },
      { name: "6379-tcp", protocol: "tcp", port: 6379, count: 1 },
      { name: "8000-8010-tcp", protocol: "tcp", port: 8000, count: 11 },
    ],
    userLabels: { "Odd Key!": "value" },
  });
});

test.each<[string, ImageConfig]>([
  ["everything", imageConfig(everything, { author, architecture: "arm", variant: "v5" })],
  ["nothing", imageConfig()],
  ["docker's", imageConfig(docker22)],
  ["an arm without a variant", imageConfig({ User: "1000:1000" }, { architecture: "arm" })],
  ["root by number", imageConfig({ User: "0:0", Cmd: [] })],
])("OCI to ACI to OCI keeps the configuration: %s", (_, config) => {
  const annotations = {
    "org.opencontainers.image.url": "https://shout.example/",
    "org.opencontainers.image.authors": "somebody else",
    "com.example.Odd": "1",
    "com.example.even": "2",
  };
  const opened = imageOf(aciOf(config, { annotations, group: "1" }));
  expect(opened.config).toEqual(config.config ?? {});
  expect(opened.platform).toEqual({
    os: config.os,
    architecture: config.architecture,
    ...(config.variant && { variant: config.variant }),
  });
  expect(opened.created).toBe(config.created);
  expect(opened.author).toBe(config.author);
  expect(opened.annotations).toEqual(annotations);
});

const words = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
const maps = (keys: fc.Arbitrary<string>) =>
  fc.dictionary(keys, fc.constant({}), { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const configs = fc.record<RuntimeConfig>(
  {
    User: fc.constantFrom("0", "0:0", "root", "a:b", "7:8", "7", "x:"),
    Env: fc.array(fc.oneof(words, fc.constantFrom("A=1", "A=2", "B=")), { minLength: 1, maxLength: 4 }),
    Entrypoint: fc.array(words, { minLength: 1, maxLength: 3 }),
    Cmd: fc.array(words, { minLength: 1, maxLength: 3 }),
    ExposedPorts: maps(fc.constantFrom("1/tcp", "80", "53/udp", "8-9/tcp", "70000/tcp", "odd")),
    Volumes: maps(fc.oneof(words, fc.constantFrom("/a/b", "/a-b", "/a_b", "/"))),
    Labels: fc.dictionary(words, words, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    WorkingDir: fc.constantFrom("/", "/a", "b"),
    StopSignal: fc.constantFrom("SIGINT", "9"),
  },
  { requiredKeys: [] },
);

test("OCI to ACI to OCI keeps any configuration, and the ACI is one that its readers take", () => {
  fc.assert(
    fc.property(configs, fc.dictionary(words, words, { maxKeys: 3 }), (runtime, annotations) => {
      const opened = imageOf(aciOf(imageConfig(runtime), { annotations, group: "5" }));
      expect(opened.config).toEqual(runtime);
      expect(opened.annotations).toEqual(annotations);
    }),
  );
});

test("what was changed in the ACI since counts; the rest stays as the note has it", () => {
  const manifest = aciOf(imageConfig(everything), { group: "65534" });
  const app = { ...manifest.app, exec: ["/bin/other"], userLabels: {} } as AciManifest["app"] & object;
  const labels = manifest.labels.map((one) => (one.name === "arch" ? { ...one, value: "i386" } : one));
  const opened = imageOf({ ...manifest, app, labels });
  const { Cmd: _cmd, Labels: _labels, ...rest } = everything;
  expect(opened.config).toEqual({ ...rest, Entrypoint: ["/bin/other"] });
  expect(opened.platform.architecture).toBe("386");
});

test("annotations that were added or changed in the ACI since count, too", () => {
  const before = { "org.opencontainers.image.url": "https://a.example/", "com.example.a": "1", Odd: "3" };
  const manifest = aciOf(imageConfig(docker22), { annotations: before });
  const others = manifest.annotations.filter(({ name }) => name !== "homepage" && name !== "com.example.a");
  const { annotations, author: by } = imageOf({
    ...manifest,
    annotations: [
      ...others,
      { name: "homepage", value: "https://b.example/" },
      { name: "com.example.a", value: "2" },
      { name: "com.example.b", value: "new" },
      { name: "authors", value: "me" },
    ],
  });
  expect(annotations).toEqual({
    "org.opencontainers.image.url": "https://b.example/",
    "com.example.a": "2",
    "com.example.b": "new",
    Odd: "3",
  });
  expect(by).toBe("me");
});

/** What only an ACI can say, as actool or acbuild would have written it. */
const foreign = decodeAciManifest(
  Buffer.from(
    JSON.stringify({
      acKind: "ImageManifest",
      acVersion: "0.7.4",
      name: "example.com/reduce-worker",
      labels: [
        { name: "version", value: "1.0.0" },
        { name: "env", value: "canary" },
        { name: "arch", value: "armv7l" },
        { name: "os", value: "linux" },
      ],
      app: {
        exec: ["/usr/bin/reduce-worker", "--quiet"],
        user: "100",
        group: "300",
        supplementaryGIDs: [400],
        eventHandlers: [{ name: "pre-start", exec: ["/usr/bin/data-downloader"] }],
        environment: [{ name: "DEBUG", value: "a=b" }],
        isolators: [{ name: "resource/memory", value: { limit: "2G" } }],
        mountPoints: [{ name: "work", path: "/var/lib/work", readOnly: true }],
        ports: [{ name: "ftp-data", protocol: "tcp", port: 20000, count: 3, socketActivated: true }],
        userAnnotations: { "weird!": "normal?" },
        userLabels: { team: "reduce" },
      },
      annotations: [
        { name: "authors", value: "Carly Container" },
        { name: "created", value: "2014-10-27T19:32:27Z" },
        { name: "homepage", value: "https://example.com" },
        { name: "coreos.com/rkt/stage1/run", value: "/init" },
        { name: "appc.io/executor/supports-systemd-notify", value: "true" },
      ],
    }),
  ),
  "foreign",
);

test("an ACI of others becomes an image with all that OCI has words for", () => {
  const { config, platform, annotations, author: by, created } = imageOf(foreign);
  expect(config).toEqual({
    User: "100:300",
    Entrypoint: ["/usr/bin/reduce-worker", "--quiet"],
    Env: ["DEBUG=a=b"],
    ExposedPorts: { "20000/tcp": {}, "20001/tcp": {}, "20002/tcp": {} },
    Volumes: { "/var/lib/work": {} },
    Labels: { team: "reduce" },
  });
  expect(platform).toEqual({ os: "linux", architecture: "arm", variant: "v7" });
  expect([by, created]).toEqual(["Carly Container", "2014-10-27T19:32:27Z"]);
  const { "tare.aci.manifest": note, ...rest } = annotations;
  expect(rest).toEqual({
    "coreos.com/rkt/stage1/run": "/init",
    "appc.io/executor/supports-systemd-notify": "true",
    "org.opencontainers.image.authors": "Carly Container",
    "org.opencontainers.image.url": "https://example.com",
    "org.opencontainers.image.title": "example.com/reduce-worker",
    "org.opencontainers.image.version": "1.0.0",
  });
  expect(note).toContain("pre-start");
});

test("ACI to OCI to ACI gives the manifest back, labels in the order of their names", () => {
  const { config, annotations } = openedConfig(foreign);
  const labels = [...foreign.labels].sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(aciOf(config, { annotations })).toEqual({ ...foreign, labels });
  const renamed = aciOf(config, { annotations, reference: parseReference("registry.example/worker:2") });
  expect(renamed.name).toBe("registry.example/worker");
  expect(valueNamed(renamed.labels, "version")).toBe("2");
  expect(renamed.app).toEqual(foreign.app);
});

test("an image that was an ACI and was changed keeps what only an ACI can say", () => {
  const { config, annotations } = openedConfig(foreign, ({ Volumes: _, ...rest }) => ({
    ...rest,
    User: "5:6",
    Cmd: ["x"],
  }));
  const again = aciOf(config, { annotations });
  expect(again.app).toEqual({
    ...foreign.app,
    exec: [...(foreign.app?.exec ?? []), "x"],
    user: "5",
    group: "6",
    mountPoints: [],
  });
  expect(valueNamed(again.annotations, "coreos.com/rkt/stage1/run")).toBe("/init");
  expect(valueNamed(again.labels, "env")).toBe("canary");
});

test("an image that goes to and fro, changed each time, gathers no notes and loses nothing", () => {
  let manifest = foreign;
  const sizes: number[] = [];
  for (const signal of ["SIGINT", "SIGHUP", "SIGINT", "SIGHUP"]) {
    const { config, annotations } = openedConfig(manifest, (before) => ({ ...before, StopSignal: signal }));
    manifest = aciOf(config, { annotations });
    sizes.push(encodeAciManifest(manifest).byteLength);
    expect(manifest.app).toEqual(foreign.app);
    expect(imageOf(manifest).config.StopSignal).toBe(signal);
  }
  expect(new Set(sizes.slice(1)).size).toBe(1);
});

test("docker2aci's notes split exec, as long as they fit it", () => {
  const noted = (entrypoint: string, cmd: string, exec: string[]) =>
    imageOf({
      ...foreign,
      app: { ...(foreign.app as AciManifest["app"] & object), exec },
      annotations: [
        { name: "appc.io/docker/entrypoint", value: entrypoint },
        { name: "appc.io/docker/cmd", value: cmd },
      ],
    }).config;
  expect(noted('["/a"]', '["b"]', ["/a", "b"])).toMatchObject({ Entrypoint: ["/a"], Cmd: ["b"] });
  expect(noted("", '["/a","b"]', ["/a", "b"])).toMatchObject({ Cmd: ["/a", "b"] });
  expect(noted('["/a"]', '["b"]', ["/a", "c"])).toMatchObject({ Entrypoint: ["/a", "c"] });
  expect(noted('["/a"', "{}", ["/a"])).toMatchObject({ Entrypoint: ["/a"] });
});

test("notes that are no notes are nobody's", () => {
  const annotations = [
    { name: "tare/oci/config", value: '{"os":1}' },
    { name: "tare/oci/annotations", value: "no" },
  ];
  expect(imageOf({ ...foreign, annotations }).config.Entrypoint).toEqual(foreign.app?.exec);
  const { config } = openedConfig(foreign);
  expect(aciOf(config, { annotations: { "tare.aci.manifest": "{}" } }).name).toBe("app");
});

test("more ports than there are numbers are refused before they are counted out", () => {
  const ports = Array.from({ length: 9000 }, (_, at) => ({
    name: `p${at}`,
    protocol: `p${at}`,
    port: 1,
    count: 65_535,
    socketActivated: false,
  }));
  const app = { ...(foreign.app as AciManifest["app"] & object), ports };
  expect(() => imageOf({ ...foreign, app })).toThrow(
    "app.ports is not a sound ACI manifest: they are more than",
  );
});

test("a user that is a file's owner", () => {
  const app = { ...(foreign.app as AciManifest["app"] & object), user: "/usr/bin/ping", group: "300" };
  const owners = new Map([["/usr/bin/ping", { uid: 7, gid: 8 }]]);
  expect(imageOfAci({ ...foreign, app }, owners).config.User).toBe("7:300");
});
