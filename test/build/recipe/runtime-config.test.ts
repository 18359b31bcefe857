import { expect, test } from "vitest";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { runtimeConfigOf } from "../../../src/build/recipe/runtime-config.ts";

const configOf = (text: string, user?: string) =>
  runtimeConfigOf(parseRecipe(`name: x\nconfig: ${text}`, { file: "tare.yaml" }), user);

test("an empty config still has a PATH and a working directory", () => {
  expect(configOf("{}")).toEqual({
    Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    WorkingDir: "/",
  });
});

test("everything is spelled as image configurations spell it", () => {
  const text = `{ entrypoint: [a], cmd: [b], env: { PATH: /x, Z: "1", A: "2" }, workdir: /srv, expose: [80, 53/udp],
    volumes: [/data], labels: { z: "1", a: "2" }, stop-signal: SIGINT,
    healthcheck: { test: curl -f localhost, interval: 30s, start-period: 1m } }`;
  expect(configOf(text, "65532:65532")).toEqual({
    User: "65532:65532",
    Entrypoint: ["a"],
    Cmd: ["b"],
    Env: ["PATH=/x", "Z=1", "A=2"],
    WorkingDir: "/srv",
    ExposedPorts: { "53/udp": {}, "80/tcp": {} },
    Volumes: { "/data": {} },
    Labels: { a: "2", z: "1" },
    StopSignal: "SIGINT",
    Healthcheck: { Test: ["CMD-SHELL", "curl -f localhost"], Interval: 30e9, StartPeriod: 60e9 },
  });
});

test("the recipe's own user wins", () => {
  expect(configOf("{ user: www }", "0:0").User).toBe("www");
});
