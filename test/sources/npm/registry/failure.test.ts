import { expect, test } from "vitest";
import { TareError } from "../../../../src/errors.ts";
import { registryFailure } from "../../../../src/sources/npm/registry/failure.ts";

const asked = {
  what: "debug 1.0.0",
  where: "https://me:hunter2@registry.example/debug",
  cache: "/home/me/.npm/_cacache",
};

const say = (facts: Readonly<Record<string, unknown>>) => {
  const message = "request to https://me:hunter2@registry.example/debug failed, token npm_secret";
  const failure = registryFailure(Object.assign(new Error(message), facts), asked);
  expect(failure.message).not.toMatch(/hunter2|npm_secret/);
  return `${failure.code}: ${failure.message}`;
};

const at = "DOWNLOAD_FAILED: debug 1.0.0 could not be fetched: https://***@registry.example/debug:";

test.for([
  [{ code: "ENOSPC", syscall: "write" }, "DISK_FULL: There is no room left on the disk under /home/me/.npm;"],
  [
    { code: "EACCES", syscall: "mkdir" },
    "CANNOT_WRITE: /home/me/.npm/_cacache cannot be written: permission denied.",
  ],
  [{ code: "EACCES", syscall: "connect" }, `${at} it failed (EACCES).`],
  [{ code: "ENOTFOUND", syscall: "getaddrinfo" }, `${at} no such host is known.`],
  [
    { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    `${at} its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT);`,
  ],
  [{ code: "E418", statusCode: 418 }, `${at} it answered 418.`],
  [{ code: "ENOTCACHED" }, "OFFLINE: debug 1.0.0 is not in the store"],
  [{ type: "invalid-json" }, `${at} its answer cannot be read.`],
  [{}, `${at} its answer cannot be read.`],
] as const)("%o is a sentence of ours", ([facts, sentence]) => {
  expect(say(facts)).toContain(sentence);
});

test("the address that answered is named, without its secrets", () => {
  const uri = "https://cdn.example/debug.tgz?token=npm_secret";
  expect(say({ code: "E404", statusCode: 404, uri })).toContain(
    "https://cdn.example/debug.tgz?***: it answered 404",
  );
});

test("a sentence of ours stays as it is", () => {
  const ours = new TareError({ code: "TOO_LARGE", what: "x", limit: 1 });
  expect(registryFailure(ours, asked)).toBe(ours);
});

test.for([null, undefined, "text", 3])("even %s is one", (thrown) => {
  expect(registryFailure(thrown, asked).code).toBe("DOWNLOAD_FAILED");
});
