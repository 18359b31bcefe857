import { expect, test } from "vitest";
import { decodeAciManifest } from "../../../src/formats/aci/decode-manifest.ts";
import { encodeAciManifest } from "../../../src/formats/aci/manifest.ts";

const decode = (value: unknown) => decodeAciManifest(Buffer.from(JSON.stringify(value)), "x.aci: manifest");
const encode = (value: unknown) => JSON.parse(encodeAciManifest(decode(value)).toString("utf8"));

const least = { acKind: "ImageManifest", acVersion: "0.8.11", name: "example.com/app" };
const app = { exec: ["/bin/app"], user: "0", group: "0" };

/** The specification's own example (spec/aci.md, "Image Manifest Schema"), with an image ID that is one. */
const example = {
  ...least,
  name: "example.com/reduce-worker",
  labels: [
    { name: "version", value: "1.0.0" },
    { name: "arch", value: "amd64" },
    { name: "os", value: "linux" },
  ],
  app: {
    exec: ["/usr/bin/reduce-worker", "--quiet"],
    eventHandlers: [
      { name: "pre-start", exec: ["/usr/bin/data-downloader"] },
      { name: "post-stop", exec: ["/usr/bin/deregister-worker", "--verbose"] },
    ],
    user: "100",
    group: "300",
    supplementaryGIDs: [400, 500],
    workingDirectory: "/opt/work",
    environment: [{ name: "REDUCE_WORKER_DEBUG", value: "true" }],
    mountPoints: [{ name: "work", path: "/var/lib/work" }],
    ports: [
      { name: "health", protocol: "tcp", port: 4000, count: 1, socketActivated: true },
      { name: "ftp-data", protocol: "tcp", port: 20000, count: 1000, socketActivated: false },
    ],
    isolators: [
      { name: "resource/cpu", value: { request: "250m", limit: "500m" } },
      { name: "resource/memory", value: { request: "1G", limit: "2G" } },
      { name: "os/linux/capabilities-retain-set", value: { set: ["CAP_NET_BIND_SERVICE"] } },
      { name: "os/linux/no-new-privileges", value: true },
    ],
    userAnnotations: { "weird!": "normal?" },
    userLabels: { "one!": "two?" },
  },
  annotations: [
    { name: "authors", value: "Carly Container <carly@example.com>" },
    { name: "created", value: "2014-10-27T19:32:27.67021798Z" },
    { name: "documentation", value: "https://example.com/docs" },
    { name: "homepage", value: "https://example.com" },
    { name: "appc.io/executor/supports-systemd-notify", value: "false" },
  ],
  dependencies: [
    {
      imageName: "example.com/reduce-worker-base",
      imageID: `sha512-${"0a".repeat(64)}`,
      labels: [
        { name: "os", value: "linux" },
        { name: "env", value: "canary" },
      ],
      size: 22017258,
    },
  ],
  pathWhitelist: ["/etc/ca/example.com/crt", "/usr/bin/map-reduce-worker", "/etc/systemd/system/"],
};

test("the specification's example is read and written whole, member by member in the order of its library", () => {
  expect(JSON.stringify(encode(example))).toBe(JSON.stringify(example));
});

test("what was read and written again is the same", () => {
  const once = encodeAciManifest(decode(example));
  expect(encodeAciManifest(decodeAciManifest(once, "again")).equals(once)).toBe(true);
});

test("the least is a name; an image without an app gets none", () => {
  expect(encode(least)).toEqual(least);
  expect(decode(least).app).toBeUndefined();
  expect(encode({ ...least, app: { user: "0", group: "0" } }).app).toEqual({
    exec: [],
    user: "0",
    group: "0",
  });
});

test("members are known in any case, as Go's readers know them; others are passed over", () => {
  const { app: read } = decode({
    ...least,
    more: 1,
    App: { ...app, supplementaryGids: [7], USERLABELS: { a: "b" } },
  });
  expect(read?.supplementaryGIDs).toEqual([7]);
  expect(read?.userLabels).toEqual({ a: "b" });
  expect(() => decode({ ...least, app: { ...app, Exec: ["/bin/other"] } })).toThrow(
    "x.aci: manifest is not a sound ACI manifest: app has the member exec twice.",
  );
});

test("names that docker2aci makes are read, though the specification's expression does not have them", () => {
  const point = { name: "volume-var--cache", path: "/var/_cache" };
  const { app: read, name } = decode({
    ...least,
    name: "example.com/a__b--c",
    app: { ...app, mountPoints: [point] },
  });
  expect(name).toBe("example.com/a__b--c");
  expect(read?.mountPoints).toEqual([{ ...point, readOnly: false }]);
});

test("a whitelist may name every file of a large image", () => {
  const pathWhitelist = Array.from({ length: 120_000 }, (_, at) => `/usr/share/doc/package-${at}/copyright`);
  expect(decode({ ...least, pathWhitelist }).pathWhitelist).toHaveLength(120_000);
});

const withApp = (more: object) => ({ ...least, app: { ...app, ...more } });
const port = { name: "http", protocol: "tcp", port: 80 };

test.each<[string, unknown, string]>([
  ["another kind", { ...least, acKind: "PodManifest" }, "its acKind is not ImageManifest"],
  ["no version", { ...least, acVersion: undefined }, "acVersion is not a string"],
  ["a version that is none", { ...least, acVersion: "0.8" }, 'its acVersion is "0.8", which is no version'],
  ["a version to come", { ...least, acVersion: "1.0.0" }, "its acVersion is 1.0.0, and only 0.x is known"],
  ["no name", { ...least, name: undefined }, "name is not a string"],
  ["capitals in a name", { ...least, name: "Example.com/app" }, "which is no identifier"],
  ["a name that ends in a slash", { ...least, name: "example.com/" }, "which is no identifier"],
  [
    "a label called name",
    { ...least, labels: [{ name: "name", value: "x" }] },
    "labels has a label called name",
  ],
  [
    "a label twice",
    {
      ...least,
      labels: [
        { name: "a", value: "1" },
        { name: "a", value: "2" },
      ],
    },
    "labels has a twice",
  ],
  ["an app of nobody", { ...least, app: { exec: ["/a"] } }, "app has no user"],
  ["an app of no group", { ...least, app: { user: "0", group: "" } }, "app has no group"],
  ["text to execute", withApp({ exec: "/bin/sh" }), "app.exec is not a list"],
  [
    "a folder somewhere",
    withApp({ workingDirectory: "stuff" }),
    "app.workingDirectory is not an absolute path",
  ],
  ["another event", withApp({ eventHandlers: [{ name: "boot", exec: [] }] }), "not pre-start or post-stop"],
  [
    "an event twice",
    withApp({ eventHandlers: [{ name: "pre-start" }, { name: "pre-start" }] }),
    "app.eventHandlers has pre-start twice",
  ],
  [
    "a variable with a digit first",
    withApp({ environment: [{ name: "0DEBUG", value: "" }] }),
    "which is no variable's name",
  ],
  ["a port too high", withApp({ ports: [{ ...port, port: 88888 }] }), "has ports outside of 1 to 65535"],
  ["a range too long", withApp({ ports: [{ ...port, port: 32456, count: 45678 }] }), "has ports outside of"],
  ["port 0", withApp({ ports: [{ ...port, port: 0 }] }), "has ports outside of 1 to 65535"],
  ["a port with dots", withApp({ ports: [{ ...port, name: "a.b" }] }), "which is no name"],
  [
    "a mount point nowhere",
    withApp({ mountPoints: [{ name: "a", path: "" }] }),
    "app.mountPoints[0] has no path",
  ],
  [
    "an isolator of nothing",
    withApp({ isolators: [{ name: "resource/cpu" }] }),
    "app.isolators[0] has no value",
  ],
  ["a group that nobody can have", withApp({ supplementaryGIDs: [4294967295] }), "is no group"],
  ["labels that are numbers", withApp({ userLabels: { a: 1 } }), 'app.userLabels["a"] is not a string'],
  [
    "a day",
    { ...least, annotations: [{ name: "created", value: "2014-10-27" }] },
    "is not a time of RFC 3339",
  ],
  [
    "a homepage of another kind",
    { ...least, annotations: [{ name: "homepage", value: "javascript:0" }] },
    "the annotation homepage is not a web address",
  ],
  [
    "a short image ID",
    { ...least, dependencies: [{ imageName: "a", imageID: "sha512-ab" }] },
    "is not sha512-",
  ],
  ["a dependency of no name", { ...least, dependencies: [{}] }, "dependencies[0].imageName is not a string"],
  ["a list", [], "it is not an object"],
])("%s is refused", (_, value, why) => {
  expect(() => decode(value)).toThrow(why);
});

test("keys that reach for the prototype are only keys", () => {
  const text = `{"acKind":"ImageManifest","acVersion":"0.8.11","name":"a","__proto__":{"name":"b"},
    "app":{"user":"0","group":"0","userLabels":{"__proto__":"x","constructor":"y"}}}`;
  const manifest = decodeAciManifest(Buffer.from(text), "x");
  expect(manifest.name).toBe("a");
  expect(Object.keys(manifest.app?.userLabels ?? {})).toEqual(["__proto__", "constructor"]);
  expect(encodeAciManifest(manifest).toString()).toContain(
    '"userLabels":{"__proto__":"x","constructor":"y"}',
  );
  expect(({} as { name?: string }).name).toBeUndefined();
});
