import { describe, expect, test } from "vitest";
import type { GeneratedEntry } from "../../src/model/rootfs.ts";
import { type AccountsWanted, accountNumbers, withAccounts } from "../../src/rootfs/accounts.ts";
import { compose } from "../../src/rootfs/compose.ts";
import { factOf, pieceOf } from "../kit/facts.ts";

const passwd = "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n+::::::\n";
const group = "root:x:0:\nadm:x:4:syslog\nwww-data:x:33:\n";
const shadow = "root:*:19000:0:99999:7:::\n";
const gshadow = "root:*::\nadm:*::syslog\n";
const debian = {
  "etc/": "",
  "etc/passwd": passwd,
  "etc/group": group,
  "etc/shadow": shadow,
  "etc/gshadow": gshadow,
};

function made(
  files: Readonly<Record<string, string>>,
  wanted: Partial<AccountsWanted>,
  generated: readonly GeneratedEntry[] = [],
) {
  const { view } = compose([pieceOf("base", files)], () => "conflict");
  const { entries, table } = withAccounts(
    view,
    generated,
    { users: [], groups: [], ...wanted },
    19_500 * 86_400,
  );
  return {
    table,
    entries,
    texts: Object.fromEntries(entries.map(({ path, content }) => [path, Buffer.from(content).toString()])),
  };
}

test("without wishes nothing is made, and the table tells who is there", () => {
  const { texts, table } = made(debian, {});
  expect(texts).toEqual({});
  expect(table).toEqual({
    users: [
      ["root", 0, 0],
      ["www-data", 33, 33],
    ],
    groups: [
      ["root", 0],
      ["adm", 4],
      ["www-data", 33],
    ],
  });
});

test("a user gets a row in every file that is there, and a group of its own", () => {
  const { texts, table } = made(debian, {
    users: [{ name: "app", uid: 1000, comment: "The app", home: "srv/app", shell: "bin/sh" }],
  });
  expect(texts).toEqual({
    "etc/passwd": `${passwd}app:x:1000:1000:The app:/srv/app:/bin/sh\n`,
    "etc/group": `${group}app:x:1000:\n`,
    "etc/shadow": `${shadow}app:!:19500::::::\n`,
    "etc/gshadow": `${gshadow}app:!::\n`,
  });
  expect(table.users.at(-1)).toEqual(["app", 1000, 1000]);
});

test("a root without accounts begins with root alone, and gets no shadows", () => {
  expect(made({}, { runAs: "nonroot" }).texts).toEqual({
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532::/home/nonroot:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\nnonroot:x:65532:\n",
  });
});

test("what was generated before is what is added to, and keeps its owner and mode", () => {
  const before: GeneratedEntry = {
    ...factOf("etc/passwd"),
    mode: 0o600,
    gid: 42,
    size: 0,
    content: Buffer.from("root:x:0:0::/:/bin/sh\nlast:x:9:9::/:"),
  };
  const { texts, entries } = made(debian, { users: [{ name: "app", uid: 1000 }] }, [before]);
  expect(texts["etc/passwd"]).toBe(
    "root:x:0:0::/:/bin/sh\nlast:x:9:9::/:\napp:x:1000:1000::/home/app:/usr/sbin/nologin\n",
  );
  expect(entries.find(({ path }) => path === "etc/passwd")).toMatchObject({ mode: 0o600, gid: 42 });
});

test("a file that is a link becomes a file with the usual mode", () => {
  const { entries } = made(
    { "etc/": "", "etc/passwd": "-> /usr/etc/passwd", "usr/etc/passwd": passwd },
    { users: [{ name: "app", uid: 1000 }] },
  );
  expect(entries.find(({ path }) => path === "etc/passwd")).toMatchObject({ type: "file", mode: 0o644 });
});

test("members are added to a group that is there", () => {
  const { texts } = made(debian, { groups: [{ name: "adm", gid: 4, members: ["app", "syslog"] }] });
  expect(texts["etc/group"]).toContain("adm:x:4:syslog,app\n");
  expect(texts["etc/gshadow"]).toContain("adm:*::syslog,app\n");
});

test("a user whose number a group has already gets no second one", () => {
  const { texts } = made(
    { ...debian, "etc/group": `${group}users:x:100:\n` },
    { users: [{ name: "app", uid: 100 }] },
  );
  expect(texts["etc/group"]).toBe(`${group}users:x:100:\n`);
});

test("an account that is there in the same words is left alone", () => {
  const { texts } = made(debian, { users: [{ name: "www-data", uid: 33 }] });
  expect(texts["etc/passwd"]).toBe(passwd);
});

test.each<[string, Partial<AccountsWanted>, string]>([
  [
    "a number that is taken",
    { users: [{ name: "app", uid: 33 }] },
    "The user app (33) cannot be made: www-data (33) is there already",
  ],
  [
    "a name with another number",
    { users: [{ name: "www-data", uid: 34 }] },
    "The user www-data (34) cannot be made: www-data (33)",
  ],
  ["root's number", { users: [{ name: "toor", uid: 0 }] }, "root (0) is there already"],
  [
    "a group's number that is taken",
    { groups: [{ name: "x", gid: 4, members: [] }] },
    "The group x (4) cannot be made: adm (4)",
  ],
  [
    "two of the same number",
    {
      users: [
        { name: "a", uid: 7 },
        { name: "b", uid: 7 },
      ],
    },
    "The user b (7) cannot be made: a (7)",
  ],
])("%s is refused", (_, wanted, why) => {
  expect(() => made(debian, wanted)).toThrow(why);
});

describe("the numbers of", () => {
  const table = { users: [["app", 1000, 1001]], groups: [["adm", 4]] } as const;
  test.each<[string, string | number, string | number | undefined, object]>([
    ["a name", "app", undefined, { uid: 1000, gid: 1001 }],
    ["a name and a group's", "app", "adm", { uid: 1000, gid: 4 }],
    ["a number that is somebody's", 1000, undefined, { uid: 1000, gid: 1001 }],
    ["a number that is nobody's", 7, undefined, { uid: 7, gid: 7 }],
    ["two numbers", 7, 8, { uid: 7, gid: 8 }],
    ["root, even where nobody is", "root", "root", { uid: 0, gid: 0 }],
  ])("%s", (_, user, wantedGroup, numbers) => {
    expect(accountNumbers(user, wantedGroup, table, "files: /x")).toEqual(numbers);
  });

  test("a stranger are not made up", () => {
    expect(() => accountNumbers("who", undefined, table, "files: /x")).toThrow(
      "files: /x names the user who, which the image does not have; add it under accounts, or use a number.",
    );
    expect(() => accountNumbers("app", "who", table, "files: /x")).toThrow("names the group who");
  });
});
