import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../../src/formats/dockerfile/parse-dockerfile.ts";

function parsed(text: string) {
  return parseDockerfile(text, "Dockerfile").instructions;
}

/** The instructions without their places. */
function meaning(text: string) {
  return parsed(text).map(({ line: _, source: __, ...rest }) => rest);
}

describe("a Dockerfile", () => {
  test("has instructions on lines, joined by an escape, through comments and empty lines", () => {
    const text = "\ufeff# a comment\n\n  from scratch \\\n# in between\n\n  AS \\  \n  Base\r\nENV a=b\\\n";
    expect(parsed(text)).toEqual([
      { name: "FROM", line: 3, source: "from scratch   AS   Base", base: "scratch", stage: "base" },
      { name: "ENV", line: 8, source: "ENV a=b", pairs: [{ key: "a", value: "b" }] },
    ]);
  });

  test("may change the escape at the very top only", () => {
    const { directives, instructions } = parseDockerfile(
      "# syntax=docker/dockerfile:1\n# escape = `\nCMD a `\n b\\\nUSER x",
      "Dockerfile",
    );
    expect(directives).toEqual({ escapeToken: "`", syntax: "docker/dockerfile:1" });
    expect(instructions.map(({ source }) => source)).toEqual(["CMD a  b\\", "USER x"]);
    expect(parsed("# a comment\n# escape=`\nCMD a `\nUSER b")).toHaveLength(2);
  });

  test("has commands as lists and as texts; a broken list is a text", () => {
    expect(meaning('CMD ["a", "b"]\nCMD a  "b"\nCMD [\'a\']\nENTRYPOINT []\nCMD')).toEqual([
      { name: "CMD", command: { form: "exec", words: ["a", "b"] } },
      { name: "CMD", command: { form: "shell", words: ['a  "b"'] } },
      { name: "CMD", command: { form: "shell", words: ["['a']"] } },
      { name: "ENTRYPOINT", command: { form: "exec", words: [] } },
      { name: "CMD", command: { form: "shell", words: [] } },
    ]);
  });

  test("has lists that end at their bracket, whatever follows", () => {
    const words = ({ command }: { command: { words: readonly string[] } }) => command.words;
    const text = 'CMD ["a"] # why\nCMD ["]", "\\"["]]\nCMD [] x\nCMD ["a" x]\nCMD ["a';
    expect(meaning(text).map((one) => words(one as never))).toEqual([
      ["a"],
      ["]", '"['],
      [],
      ['["a" x]'],
      ['["a'],
    ]);
    expect(() => parsed(`CMD [["a"]] x`)).toThrow("Dockerfile:1: a list in brackets must hold strings only.");
    expect(meaning(`CMD [${'"\\"'.repeat(1_000_000)}`)).toHaveLength(1);
  });

  test("has pairs in both forms", () => {
    const [env, old, label] = parsed('ENV a=b c=\'d e\' f=g\\ h\nENV a  b = c\nLABEL "a b"="c d"');
    expect(env).toMatchObject({
      pairs: [
        { key: "a", value: "b" },
        { key: "c", value: "'d e'" },
        { key: "f", value: "g\\ h" },
      ],
    });
    expect(old).toMatchObject({ pairs: [{ key: "a", value: "b = c" }] });
    expect(label).toMatchObject({ pairs: [{ key: '"a b"', value: '"c d"' }] });
  });

  test("copies with flags, lists and documents", () => {
    const [copy, add, document] = parsed(
      [
        "COPY --from=0 --chown=1:2 --chmod=644 --link a* b /c/",
        'ADD --checksum=sha256:00 ["a b", "c"]',
        'COPY <<EOF <<-"RAW" other /to/',
        "one $X",
        "EOF",
        "\t\ttwo",
        "\tRAW",
        "USER x",
      ].join("\n"),
    );
    expect(copy).toMatchObject({
      from: "0",
      chown: "1:2",
      chmod: "644",
      link: true,
      sources: ["a*", "b"],
      destination: "/c/",
    });
    expect(add).toMatchObject({ checksum: "sha256:00", sources: ["a b"], destination: "c" });
    expect(document).toMatchObject({
      sources: ["other"],
      documents: [
        { name: "EOF", expand: true, chomp: false, content: "one $X\n" },
        { name: "RAW", expand: false, chomp: true, content: "\t\ttwo\n" },
      ],
      destination: "/to/",
    });
  });

  test("takes no document from a quoted <<, nor from a list", () => {
    expect(parsed('RUN echo "<<EOF"\nUSER x')).toHaveLength(2);
    expect(parsed('RUN ["cat", "<<EOF"]\nUSER x')).toHaveLength(2);
    expect(parsed("RUN echo it's <<EOF\nUSER x")).toHaveLength(2);
    expect(parsed("RUN <<EOF\necho\nEOF\nUSER x")).toHaveLength(2);
  });

  test("keeps what ONBUILD is told for later, with its documents", () => {
    expect(meaning("ONBUILD  copy . /app \nONBUILD COPY <<EOF /a\nx\nEOF")).toEqual([
      { name: "ONBUILD", trigger: "copy . /app " },
      { name: "ONBUILD", trigger: "COPY <<EOF /a\nx\nEOF" },
    ]);
  });

  test("has health checks with Go's durations", () => {
    const [full, plain, none] = parsed(
      'HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0s --start-interval=2ms --retries=3 CMD ["a"]\nHEALTHCHECK CMD a b\nHEALTHCHECK none',
    );
    expect(full).toMatchObject({
      health: { Test: ["CMD", "a"], Interval: 90e9, Timeout: 1.5e9, StartInterval: 2e6, Retries: 3 },
    });
    expect(plain).toMatchObject({ health: { Test: ["CMD-SHELL", "a b"] } });
    expect(none).toMatchObject({ health: { Test: ["NONE"] } });
  });

  test.each([
    ["FROM a b", "FROM takes BASE, or BASE AS NAME."],
    ["FROM a AS 1b", '"1b" cannot name a stage, which has a letter first, then letters, digits and . _ -.'],
    ["COPPY a", "there is no instruction COPPY; did you mean COPY?"],
    ["COPY a", "COPY needs a source and a destination."],
    ["COPY --chwon=1 a b", "COPY has no flag --chwon; did you mean --chown?"],
    ["COPY --chown a b", "--chown needs a value, as in --chown=VALUE."],
    ["COPY --chown=1 --chown=2 a b", "--chown stands twice."],
    ["COPY --link=maybe a b", '--link is true or false, not "maybe".'],
    ["COPY a <<EOF\nEOF", "COPY cannot write to a heredoc."],
    ["COPY <<EOF /a\nb", 'the heredoc "EOF" has no end: a line with nothing but its name.'],
    ['CMD ["a", 1]', "a list in brackets must hold strings only."],
    ["ENV", "ENV needs NAME=VALUE."],
    ["ENV a", "ENV a has no value, as in ENV NAME=VALUE."],
    ["ENV a=b c", 'ENV has "c", which has no =, as in NAME=VALUE.'],
    ["LABEL =b", "LABEL needs a name before the =."],
    ["ARG", "ARG needs a NAME, or NAME=VALUE."],
    ["SHELL /bin/sh", 'SHELL needs a list in brackets, as in ["/bin/sh", "-c"].'],
    ["ONBUILD ONBUILD USER a", "ONBUILD cannot keep a ONBUILD for later."],
    ["HEALTHCHECK --interval=soon CMD a", '--interval must be a time such as 30s or 1m30s, not "soon".'],
    ["HEALTHCHECK --interval=1ns CMD a", "--interval must be 1ms or more."],
    ["HEALTHCHECK PING", "HEALTHCHECK takes NONE, or CMD and a command."],
    ["VOLUME", "VOLUME needs a path."],
    ['VOLUME [""]', "VOLUME cannot be an empty path."],
    ["WORKDIR", "WORKDIR needs a value."],
    ["\\\n", "a line is continued, but nothing follows."],
  ])("says where %j is wrong, and why", (text, sentence) => {
    expect(() => parsed(`\n# comment\n${text}`)).toThrow(new RegExp(`^Dockerfile:3: ${escaped(sentence)}$`));
  });

  test("refuses an escape that is none", () => {
    expect(() => parsed("#escape=x")).toThrow(
      /^Dockerfile:1: the escape character must be \\ or `, not "x"\.$/,
    );
    expect(() => parsed("#check=a\n#Check=b")).toThrow(
      "Dockerfile:2: there may be one check directive only.",
    );
  });

  test("of any length ends with a sentence", () => {
    expect(() => parsed("x".repeat(5 << 20))).toThrow("is larger than the limit");
    expect(() => parsed("USER a\n".repeat(20_001))).toThrow("more than 20000 instructions");
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
