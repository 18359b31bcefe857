// biome-ignore-all lint/suspicious/noTemplateCurlyInString: recipes write their variables so

import { describe, expect, test } from "vitest";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { distributionOf } from "../../../src/build/recipe/recipe.ts";
import { TareError } from "../../../src/errors.ts";

const parse = (text: string, variables: Record<string, string> = {}) =>
  parseRecipe(text, { file: "tare.yaml", variables });

/** The sentences of a refusal, one a line. */
function complaints(text: string, variables?: Record<string, string>): string[] {
  try {
    parse(text, variables);
  } catch (error) {
    if (error instanceof TareError && error.code === "BAD_RECIPE") return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a recipe", () => {
  test("needs no more than a name", () => {
    expect(parse("name: nothing")).toEqual({
      name: "nothing",
      packages: [],
      excludes: { default: true, add: [], keep: [] },
      locales: [],
      files: [],
      hostLibraries: [],
      accounts: { users: [], groups: [] },
      config: {},
      annotations: {},
      compression: { format: "gzip" },
      to: [],
    });
  });

  test("is a plain value that survives JSON, and nobody can change it", () => {
    const recipe = parse(everything);
    expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
    expect(Object.isFrozen(distributionOf(recipe)?.include)).toBe(true);
    expect(Object.isFrozen(recipe.config)).toBe(true);
  });

  test("says everything there is to say", () => {
    const recipe = parse(everything);
    expect(recipe.packages[0]).toEqual({
      from: "debian",
      suite: ["bookworm"],
      components: ["main", "contrib"],
      mirror: ["https://one.example/debian", "https://two.example/debian"],
      securityMirror: ["https://one.example/security"],
      snapshot: "20260131T000000Z",
      updates: false,
      security: true,
      repositories: [
        {
          uri: ["https://own.example/apt"],
          suite: ["./"],
          components: ["main"],
          signedBy: "keys/own.asc",
          allowUnsigned: false,
        },
      ],
      keys: ["0123456789ABCDEF0123456789ABCDEF01234567"],
      allowUnsigned: false,
      variant: "minbase",
      include: ["openssl=3.0*", "libc6:amd64", "curl/bookworm-backports"],
      exclude: ["perl-base"],
      prefer: ["mawk"],
      recommends: true,
      pin: { "bookworm-backports": 100 },
    });
    expect(recipe.files).toEqual([
      { to: "etc/motd", text: "hi", mode: 0o640, owner: { user: "app", group: 0 } },
      { to: "srv", from: "web/dist", ignore: ["**/*.map"], owner: { user: 1000 } },
      { to: "var/lib/app", directory: true },
    ]);
    expect(recipe.accounts).toEqual({
      runAs: "app",
      users: [{ name: "app", uid: 1000, home: "srv" }],
      groups: [{ name: "staff2", gid: 50, members: ["app"] }],
    });
    expect(recipe.config).toMatchObject({
      env: { PORT: "9000", VERSION: "1.10", DEBUG: "no" },
      expose: ["9000", "53/udp"],
      workdir: "srv",
      healthcheck: { test: ["true"], interval: 90e9, timeout: 5e8, retries: 3 },
    });
    expect(recipe.excludes).toEqual({ default: true, add: ["/usr/share/zoneinfo/*"], keep: [] });
    expect(recipe.compression).toEqual({ format: "zstd", level: 9 });
  });

  test("takes a mode as octal, however it is written", () => {
    const modeOf = (text: string) =>
      parse(`name: x\nfiles: [{ to: /x, text: "", mode: ${text} }]`).files[0]?.mode;
    expect(["0644", "644", "0o644", '"0644"'].map(modeOf)).toEqual([0o644, 0o644, 0o644, 0o644]);
    expect(modeOf("4755")).toBe(0o4755);
  });

  test.each([
    ["none", { default: false, add: [], keep: [] }],
    ["default", { default: true, add: [], keep: [] }],
    ["[/a/*]", { default: true, add: ["/a/*"], keep: [] }],
    ["{ default: false, keep: /b/* }", { default: false, add: [], keep: ["/b/*"] }],
  ])("reads excludes written as %s", (text, value) => {
    expect(parse(`name: x\nexcludes: ${text}`).excludes).toEqual(value);
  });
});

describe("a variable", () => {
  test("has the value that the recipe gives it, or the one from the command line", () => {
    const text = "name: ${NAME}\nvariables: { NAME: quiet }";
    expect(parse(text).name).toBe("quiet");
    expect(parse(text, { NAME: "loud" }).name).toBe("loud");
  });

  test("may have a default where it stands, and may be any part of any text", () => {
    const text = "name: x\nannotations: { a: 'v${V:-1.10}-${W:-}', b: '$$ $${V} $HOME' }";
    expect(parse(text).annotations).toEqual({ a: "v1.10-", b: "$ ${V} $HOME" });
    expect(parse(text, { V: "2" }).annotations.a).toBe("v2-");
  });

  test("can be a number or a boolean where one is wanted", () => {
    const text = "name: x\nlayers: ${N}\npackages: { from: debian, suite: bookworm, recommends: '${R}' }";
    const recipe = parse(text, { N: "7", R: "true" });
    expect([recipe.layers, distributionOf(recipe)]).toMatchObject([7, { recommends: true }]);
  });

  test("is not looked for in a value, so a value cannot name another", () => {
    expect(parse("name: x\nannotations: { a: '${A}' }", { A: "${B}" }).annotations.a).toBe("${B}");
  });

  test("without a value is named with its place", () => {
    expect(complaints("name: x\nannotations:\n  a: ${B}")).toEqual([
      'tare.yaml:3:6: ${B} has no value: give it under "variables", or with --set B=VALUE.',
    ]);
  });

  test("that nothing uses is refused, since it is a slip of the pen", () => {
    expect(complaints("name: x", { NAMES: "y" })).toEqual([
      "tare.yaml:1:1: nothing in it uses the variable NAMES that was set.",
    ]);
  });

  test("that never ends is refused", () => {
    expect(complaints("name: x\nannotations: { a: '${ x' }")).toEqual([
      'tare.yaml:2:19: "${" begins a variable, but no name and } follow; write $$ for a plain $.',
    ]);
  });
});

describe("a mistake", () => {
  test("is told with line, column and a guess at what was meant, several at once", () => {
    const text = `name: Shout
packges: []
packages:
  - from: debian
    suit: bookworm
    variant: minbas
    include: [libc6, "bad name"]
  - from: debain
    suite: bookworm
files:
  - { to: etc/motd, text: hi }
  - { to: /a/../b, from: ../c }
  - { to: /x }
  - { to: /y, text: "", from: z, mode: 0999 }
accounts: { run-as: root }
config:
  user: app
  entrypoint: sh -c true
compression: gzip:11
layers: many
to: [docker:x]`;
    expect(complaints(text)).toEqual([
      "tare.yaml:1:7: name must be a name as images have it: lower-case letters and digits, with . _ - / in between.",
      'tare.yaml:2:1: unknown key "packges"; did you mean "packages"?',
      "tare.yaml:4:5: packages[0].suite is missing.",
      'tare.yaml:5:5: packages[0] has the unknown key "suit"; did you mean "suite"?',
      'tare.yaml:6:14: packages[0].variant must be none, essential, minbase or apt; did you mean "minbase"?',
      "tare.yaml:7:22: packages[0].include[1] must be a package name, NAME=VERSION or NAME/SUITE.",
      "tare.yaml:8:11: packages[1].from must be debian, ubuntu, fedora, dnf, yum, alpine, apk, wolfi, chainguard, npm, tarball or directory.",
      "tare.yaml:11:11: files[0].to must be an absolute path.",
      "tare.yaml:12:11: files[1].to must have no . or .. or control character in it.",
      "tare.yaml:12:26: files[1].from must stay inside the recipe's folder.",
      "tare.yaml:13:5: files[2] must have one of from, text and directory, not none.",
      "tare.yaml:14:40: files[3].mode must be octal permissions, as 0644.",
      "tare.yaml:18:15: config.entrypoint must be a list.",
      "tare.yaml:19:14: compression must be none, gzip, gzip:1 to gzip:9, zstd, or zstd:1 to zstd:19.",
      "tare.yaml:20:9: layers must be a whole number from 3 to 120.",
      "tare.yaml:21:6: to[0] must be a location: oci:PATH[:TAG], oci-archive:PATH[:TAG], docker-archive:PATH[:NAME:TAG], docker-daemon:NAME[:TAG], aci:PATH, incus:PATH, nspawn:PATH.tar.gz, wsl:PATH.wsl, squashfs:PATH, ext4:PATH, tar:PATH, dir:PATH.",
    ]);
  });

  test.each([
    ["", ["tare.yaml:1:1: the file is empty."]],
    ["- a", ["tare.yaml:1:1: the file must be a mapping."]],
    ["name: x\nname: y", ['tare.yaml:2:1: the key "name" is here a second time.']],
    ["name: x\n<<: { to: [] }", ['tare.yaml:2:1: unknown key "<<"; there is ']],
    [
      "name: !env x",
      ["tare.yaml:1:12: the tag !env is not known; text that begins with ! stands in quotes."],
    ],
    [
      'name: x\npackages: [{ from: alpine, release: 3.22, include: [tool, "!iff"] }]',
      [
        "tare.yaml:2:59: packages[0].include[1] is what must not be there: write it under exclude, without the !.",
      ],
    ],
    ["name: *x", ["tare.yaml:1:7: nothing before it is called &x."]],
    ["name: x\n__proto__: { a: b }", ["tare.yaml:2:1: this is no name for a key."]],
    ["name: x\nconfig: { env: { __proto__: b } }", ["tare.yaml:2:18: this is no name for a key."]],
    [
      "name: x\naccounts: { run-as: root }\nconfig: { user: app }",
      ["tare.yaml:3:17: config.user cannot stand beside accounts.run-as; keep one of them."],
    ],
    [
      "name: [",
      ["tare.yaml:1:8: Flow sequence in block collection must be sufficiently indented and end with a ]."],
    ],
  ])("in %j is one sentence", (text, sentences) => {
    const found = complaints(text);
    expect(found).toHaveLength(sentences.length);
    found.forEach((line, index) => {
      expect(line.startsWith(sentences[index] as string), line).toBe(true);
    });
  });
});

describe("a hostile recipe", () => {
  test("with aliases of aliases stops at a limit", () => {
    const level = (from: string) => `[${Array(10).fill(from).join(",")}]`;
    const names = ["a", "b", "c", "d", "e", "f"];
    const bomb = names.map(
      (name, index) => `${name}: &${name} ${level(index === 0 ? "x" : `*${names[index - 1]}`)}`,
    );
    expect(complaints(bomb.join("\n"))[0]).toMatch(/the file stands for more than 100000 values/);
  });

  test("that contains itself stops at a limit", () => {
    expect(complaints("name: &a [*a]")).toEqual(["tare.yaml:1:10: values are nested deeper than 32 levels."]);
  });

  test("that is too large is not read", () => {
    expect(() => parse(`name: ${"x".repeat(1024 * 1024)}`)).toThrowError(
      /tare.yaml is larger than the limit/,
    );
  });

  test("with ten thousand keys or brackets takes no time worth mentioning", () => {
    expect(
      complaints(Array.from({ length: 10_000 }, (_, i) => `k${i}: v`).join("\n")).length,
    ).toBeGreaterThan(0);
    expect(complaints("[".repeat(10_000)).length).toBeGreaterThan(0);
  });

  test("gets at most twenty complaints", () => {
    expect(complaints(Array.from({ length: 50 }, (_, i) => `k${i}: v`).join("\n"))).toHaveLength(20);
  });
});

const everything = `
name: all
platforms: [linux/amd64, linux/arm64]
packages:
  - from: debian
    suite: bookworm
    components: [main, contrib]
    mirror: [https://one.example/debian, https://two.example/debian]
    security-mirror: https://one.example/security
    snapshot: 2026-01-31
    updates: false
    security: true
    repositories:
      - { uri: https://own.example/apt, suite: ./, signed-by: keys/own.asc }
    keys: "0x0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567"
    variant: minbase
    include: [openssl=3.0*, libc6:amd64, curl/bookworm-backports]
    exclude: perl-base
    prefer: mawk
    recommends: true
    pin: { bookworm-backports: 100 }
excludes: [/usr/share/zoneinfo/*]
locales: [de, pt_BR, sr@latin]
files:
  - { to: /etc/motd, text: hi, mode: 0640, owner: "app:0" }
  - { to: /srv/, from: ./web//dist/, ignore: "**/*.map", owner: 1000 }
  - { to: /var/lib/app, directory: true }
accounts:
  run-as: app
  users: [{ name: app, uid: 1000, home: /srv }]
  groups: [{ name: staff2, gid: 50, members: app }]
config:
  entrypoint: [/usr/bin/node]
  cmd: [start]
  env: { PORT: 9000, VERSION: 1.10, DEBUG: no }
  workdir: /srv
  expose: [9000, 53/udp]
  volumes: /data
  labels: { org.example.note: "yes" }
  stop-signal: SIGINT
  healthcheck: { test: ["true"], interval: 1m30s, timeout: 500ms, retries: 3 }
annotations: { org.example.made: here }
layers: 10
compression: zstd:9
to: [docker-archive:all.tar, "oci:all:latest"]
`;

test.each([
  [
    "{ from: debian, suite: bookworm }",
    "{ from: ubuntu, suite: noble }",
    "one item names all suites, and further archives go under its repositories",
  ],
  [
    "{ from: fedora, release: 42 }",
    "{ from: dnf, repo-files: own.repo }",
    "further repositories go under repositories, or repo-files, of the one item",
  ],
  [
    "{ from: alpine, release: v3.20 }",
    "{ from: wolfi, repositories: { url: 'http://mirror.example' } }",
    "further repositories go under repositories of the one item",
  ],
  [
    "{ from: fedora, release: 42 }",
    "{ from: alpine, release: v3.20 }",
    "an image has the packages of one distribution, and those of fedora are there already",
  ],
  [
    "{ from: debian, suite: bookworm }",
    "{ from: dnf, repo-files: own.repo }",
    "an image has the packages of one distribution, and those of debian are there already",
  ],
])(
  "a second group of distribution packages is refused, since two selections do not make one root: %s, %s",
  (one, two, why) => {
    expect(complaints(`name: x\npackages:\n  - ${one}\n  - ${two}\n`)).toEqual([
      `tare.yaml:4:5: packages[1] is one too many: ${why}.`,
    ]);
  },
);
