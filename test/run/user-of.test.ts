import { describe, expect, test } from "vitest";
import { userOf } from "../../src/run/user-of.ts";

const accounts = {
  users: "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:\nodd:x:nan:0::relative:\n",
  groups: "root:x:0:\nwheel:x:10:root,app\nstaff:x:50:app\nbad:x:x:app\n",
};

describe("a user is who the image says", () => {
  test.each([
    ["", { uid: 0, gid: 0, groups: [], home: "/root" }, []],
    ["app", { uid: 1000, gid: 1001, home: "/home/app" }, [10, 50]],
    ["1000", { uid: 1000, gid: 1001, home: "/home/app" }, [10, 50]],
    ["app:staff", { uid: 1000, gid: 50, home: "/home/app" }, []],
    ["app:7", { uid: 1000, gid: 7, home: "/home/app" }, []],
    ["4711", { uid: 4711, gid: 0, home: "/" }, []],
    [":staff", { uid: 0, gid: 50, home: "/root" }, []],
  ])("%j", (text, expected, groups) => {
    const user = userOf(text, accounts, "image");
    expect({ ...user, groups: [] }).toEqual({ ...expected, groups: [] });
    expect(user.groups).toEqual(text === "" ? [10] : groups);
  });
});

test.each([
  [
    "stranger",
    "image names the user stranger, which the image does not have; give a number with --user, or build the image with an /etc/passwd that lists it.",
  ],
  [
    "app:strangers",
    "image names the group strangers, which the image does not have; give a number with --user, or build the image with an /etc/group that lists it.",
  ],
  ["4294967295", "image names the user 4294967295"],
  ["odd", "image names the user odd"],
])("%s is nobody that it has", (text, start) => {
  expect(() => userOf(text, accounts, "image")).toThrow(start);
});
