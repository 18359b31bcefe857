// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what is tested
import { describe, expect, test } from "vitest";
import { applyChanges } from "../../../src/formats/dockerfile/changes.ts";
import type { RuntimeConfig } from "../../../src/model/image.ts";

function changed(changes: readonly string[], config: RuntimeConfig = {}): RuntimeConfig {
  return applyChanges(config, changes);
}

describe("changes of a configuration", () => {
  test("are docker's instructions", () => {
    expect(
      changed([
        "ENV A=1 B='two words'",
        "ENV A=$B-$A",
        "EXPOSE 80 90-91/udp",
        "LABEL x=$A",
        "USER ${U:-nobody}",
        "VOLUME /data /log",
        "WORKDIR /a/b/",
        "WORKDIR ../c",
        "STOPSIGNAL SIGINT",
        "ONBUILD COPY . /",
        'CMD ["a"]',
        "ENTRYPOINT b $A",
        "HEALTHCHECK NONE",
      ]),
    ).toEqual({
      Env: ["A=two words-1", "B=two words"],
      ExposedPorts: { "80/tcp": {}, "90/udp": {}, "91/udp": {} },
      Labels: { x: "two words-1" },
      User: "nobody",
      Volumes: { "/data": {}, "/log": {} },
      WorkingDir: "/a/c",
      StopSignal: "SIGINT",
      OnBuild: ["COPY . /"],
      Cmd: ["a"],
      Entrypoint: ["/bin/sh", "-c", "b $A"],
      Healthcheck: { Test: ["NONE"] },
    });
  });

  test("of the entry point take away a command that was there before", () => {
    expect(changed(["ENTRYPOINT a"], { Cmd: ["b"] })).toEqual({ Entrypoint: ["/bin/sh", "-c", "a"] });
    expect(changed(["CMD b", "ENTRYPOINT []"])).toEqual({ Cmd: ["/bin/sh", "-c", "b"], Entrypoint: [] });
  });

  test("without a command are a shell alone, or no entry point", () => {
    expect(changed(["CMD", "ENTRYPOINT"], { Entrypoint: ["e"] })).toEqual({
      Cmd: ["/bin/sh", "-c"],
      Entrypoint: [],
    });
  });

  test("use the image's own shell and variables, and leave the rest", () => {
    const config = { Shell: ["/bin/bash", "-c"], Env: ["P=/x", "Q"], User: "1" };
    expect(changed(["CMD run", "WORKDIR $P/y"], config)).toEqual({
      ...config,
      Cmd: ["/bin/bash", "-c", "run"],
      WorkingDir: "/x/y",
    });
  });

  test("cannot reach a prototype", () => {
    const config = changed(["LABEL __proto__=x constructor=y", "EXPOSE 1", "VOLUME __proto__"]);
    expect(Object.keys(config.Labels ?? {})).toEqual(["__proto__", "constructor"]);
    expect(Object.keys(config.Volumes ?? {})).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test.each([
    ["RUN make", "RUN cannot be a change of the configuration."],
    ["COPY a b", "COPY cannot be a change of the configuration."],
    [
      "EXPOSE http",
      'EXPOSE cannot use "http": a port is a number from 0 to 65535, or two with a - between them.',
    ],
    ["EXPOSE 1/ftp", 'EXPOSE cannot use "1/ftp": the protocol must be tcp, udp or sctp.'],
    [
      "EXPOSE 9-8",
      'EXPOSE cannot use "9-8": a port is a number from 0 to 65535, or two with a - between them.',
    ],
    ["STOPSIGNAL SIGNOTHING", '"SIGNOTHING" is no signal, as SIGTERM or 15.'],
    ["USER 'a", "\"'a\" cannot be understood: a closing ' is missing."],
  ])("say where %j is wrong, and why", (change, sentence) => {
    const said = `--change ${JSON.stringify(change)}: ${sentence}`;
    expect(() => changed(["USER a\\\nb", change, "USER c"])).toThrow(said);
  });
});
