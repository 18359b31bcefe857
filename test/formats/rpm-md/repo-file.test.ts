import { expect, test } from "vitest";
import { parseRepoFile, withVariables } from "../../../src/formats/rpm-md/repo-file.ts";

test("a .repo file says where repositories are, what they may not give, and how much they count", () => {
  const text = `[main]
gpgcheck=1
# a comment
[fedora]
name=Fedora $releasever
metalink=https://mirror.example/metalink?repo=fedora-$releasever&arch=$basearch
enabled=1
gpgcheck=1
gpgkey=file:///etc/pki/rpm-gpg/one
       file:///etc/pki/rpm-gpg/two
excludepkgs=kernel*, glibc
 bash

[own]
baseurl = http://mirror.example/a http://mirror.example/b
enabled = no
repo_gpgcheck=yes
priority=10
includepkgs=x
`;
  expect(parseRepoFile(text)).toEqual([
    {
      id: "fedora",
      enabled: true,
      baseurl: [],
      metalink: "https://mirror.example/metalink?repo=fedora-$releasever&arch=$basearch",
      gpgkey: ["file:///etc/pki/rpm-gpg/one", "file:///etc/pki/rpm-gpg/two"],
      priority: 99,
      excludes: ["kernel*", "glibc", "bash"],
      includes: [],
    },
    {
      id: "own",
      enabled: false,
      baseurl: ["http://mirror.example/a", "http://mirror.example/b"],
      gpgkey: [],
      repoGpgcheck: true,
      priority: 10,
      excludes: [],
      includes: ["x"],
    },
  ]);
});

test("variables are put in with and without braces, and unknown ones stay", () => {
  const variables = { releasever: "41", basearch: "x86_64" };
  expect(withVariables("$releasever/$\u007bbasearch}/$other/$constructor", variables)).toBe(
    "41/x86_64/$other/$constructor",
  );
});
