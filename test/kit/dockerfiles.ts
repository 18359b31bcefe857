// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have them
import { gzipSync } from "node:zlib";
import { collect } from "../../src/bytes/bytes.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import type { FolderData } from "./context-folder.ts";
import { entriesOf } from "./images.ts";

/** A Dockerfile, what it is given, and the folder that it copies from. `BASE` and `ARCHIVE` in it are locations. */
export interface DockerfileCase {
  readonly name: string;
  readonly text: string;
  readonly context?: FolderData;
  readonly args?: readonly string[];
  readonly target?: string;
}

const tree: FolderData = {
  "a.txt": "a\n",
  "b.txt": "b\n",
  "c.md": "c\n",
  "run.sh": { content: "#!/bin/sh\n", mode: 0o755 },
  "src/one.js": "1\n",
  "src/two.js": "2\n",
  "src/deep/three.ts": "3\n",
  "src/deep/private": { content: "p\n", mode: 0o600 },
  "src/link -> one.js": "",
  "src/out -> /etc/passwd": "",
  "src/twin => src/two.js": "",
  "closed/": { mode: 0o700 },
  "closed/in": "in\n",
  "empty/": "",
  "to-src -> src": "",
  "to-a -> a.txt": "",
};

const accounts: FolderData = {
  passwd: "root:x:0:0:root:/root:/bin/sh\nbob:x:500:501::/home/bob:/bin/sh\n",
  group: "root:x:0:\nstaff:x:50:\n",
};

export async function archive(compress: (bytes: Buffer) => Buffer = gzipSync): Promise<Buffer> {
  const entries = entriesOf([
    ["app/", { mode: 0o750, uid: 7, gid: 8 }],
    ["app/file", { content: "file\n", uid: 7, gid: 8, mode: 0o640 }],
    ["app/again => app/file", { uid: 7, gid: 8, mode: 0o640 }],
    ["app/link -> file", {}],
    ["implied/here", "here\n"],
  ]);
  return compress(await collect(writeTar(entries), 1 << 20, "an archive"));
}

/** Those that buildah builds to the same tree and configuration. */
export async function sameEverywhere(): Promise<DockerfileCase[]> {
  const gz = await archive();
  const plain = await archive((bytes) => bytes);
  return [
    { name: "one file", text: "FROM scratch\nCOPY a.txt /", context: tree },
    { name: "a file under another name", text: "FROM scratch\nCOPY a.txt /x/y/z", context: tree },
    { name: "a file into a new folder", text: "FROM scratch\nCOPY run.sh /usr/local/bin/", context: tree },
    { name: "the whole context", text: "FROM scratch\nCOPY . /app", context: tree },
    { name: "what is in a folder", text: "FROM scratch\nCOPY src /app\nCOPY closed/ /app/", context: tree },
    { name: "several sources", text: "FROM scratch\nCOPY a.txt b.txt src/deep /app/", context: tree },
    {
      name: "sources as a list",
      text: 'FROM scratch\nCOPY ["a b", "c", "/to here/"]',
      context: { "a b": "1", c: "2" },
    },
    {
      name: "patterns as Go has them",
      text: "FROM scratch\nCOPY *.txt /1/\nCOPY [b-c].* /2/\nCOPY s?c/*.js /3/\nCOPY src/[^o]* /4/\nCOPY */*.js /5/",
      context: tree,
    },
    {
      name: "a pattern that nothing matches beside a file",
      text: "FROM scratch\nCOPY a.txt none* /x/",
      context: tree,
    },
    {
      name: "links at the end of a source are followed",
      text: "FROM scratch\nCOPY to-src /s/\nCOPY to-a /t/\nCOPY to-a /u",
      context: tree,
    },
    {
      name: "an empty folder",
      text: "FROM scratch\nCOPY empty /e/\nCOPY closed /kept/closed",
      context: tree,
    },
    {
      name: "into a folder that is there, and over a file that is there",
      text: "FROM scratch\nCOPY src /app\nCOPY a.txt /app/deep\nCOPY b.txt /app/one.js\nCOPY closed /app/deep",
      context: tree,
    },
    {
      name: "folders that are there get the modes of those that come",
      text: "FROM scratch\nCOPY one /\nCOPY two /",
      context: { "one/x/a": "", "two/x/": { mode: 0o711 }, "two/x/b": "" },
    },
    {
      name: "owners by number and by name, and modes",
      text: "FROM scratch\nCOPY passwd group /etc/\nCOPY --chown=5 a.txt /n/5\nCOPY --chown=5:6 a.txt /n/56\nCOPY --chown=bob a.txt /n/bob\nCOPY --chown=bob:staff --chmod=0600 a.txt b.txt /n/staff/\nCOPY --chown=0:staff src /n/src",
      context: { ...tree, ...accounts },
    },
    {
      name: "setuid and setgid in the context",
      text: "FROM scratch\nCOPY a /a\nCOPY d /d",
      context: { a: { mode: 0o4755 }, "d/s/": { mode: 0o2775 }, "d/b": { mode: 0o2711 } },
    },
    {
      name: "modes of folders that are copied, and of those that are made for them",
      text: "FROM scratch AS one\nCOPY --chmod=0711 src /c\nCOPY --chown=3:4 --chmod=700 closed /d/e\nCOPY --chmod=640 a.txt /f/g\nFROM scratch\nCOPY --from=one --chmod=600 /c /d /h/",
      context: tree,
    },
    {
      name: "relative paths, and slashes and dots too many",
      text: "FROM scratch\nCOPY ./src/../a.txt .\nCOPY /src/ ./x//y/./\nWORKDIR w\nCOPY src/deep/. .\nCOPY ./b.txt ..\nADD src ../z",
      context: tree,
    },
    {
      name: "a .dockerignore that leaves out all but something",
      text: "FROM scratch\nCOPY . /",
      context: { ...tree, ".dockerignore": "*\n!src/deep\n!*.md\nsrc/deep/private\n" },
    },
    {
      name: "a .dockerignore with slashes, dots and empty lines",
      text: "FROM scratch\nCOPY . /",
      context: { ...tree, ".dockerignore": "\n/src/deep/\n./a.txt\n# b.txt\n**/t*.js\nempty/\n" },
    },
    {
      name: "working folders belong to the user of the moment",
      text: "FROM scratch\nCOPY passwd group /etc/\nWORKDIR /r\nUSER bob\nWORKDIR /w/v\nUSER 1000:50\nWORKDIR rel/../x/\nCOPY a.txt .\nCOPY b.txt sub/\nCOPY run.sh ./c",
      context: { ...tree, ...accounts },
    },
    {
      name: "stages by name and number",
      text: "FROM scratch AS one\nCOPY --chown=9:9 src /d\nFROM scratch\nCOPY --from=one /d /by-name\nCOPY --from=0 /d/deep /by-number\nCOPY --from=0 --chown=1:2 /d/o*.js /owned/\nCOPY --from=0 d/link /followed",
      context: tree,
    },
    {
      name: "a stage upon a stage, and one that nobody needs",
      text: 'FROM scratch AS base\nENV A=1\nWORKDIR /w\nCOPY a.txt .\nCMD ["x"]\nFROM scratch AS unused\nCOPY none /\nFROM base\nCOPY b.txt .\nENV B=$A',
      context: tree,
    },
    {
      name: "a target",
      text: "FROM scratch AS one\nCOPY a.txt /\nFROM scratch AS two\nCOPY b.txt /\nFROM two\nCOPY c.md /",
      context: tree,
      target: "two",
    },
    {
      name: "arguments: before FROM, with defaults, given, and platforms",
      text: "ARG V=1\nARG FROM=scratch\nFROM ${FROM} AS x\nARG V\nARG W=w$V\nARG GIVEN=no\nARG TARGETARCH\nARG TARGETOS\nLABEL v=$V w=${W} g=\"$GIVEN\" none=${NONE:-default} set=${V:+yes} p=$TARGETOS/$TARGETARCH raw=\\$V single='$V'\nCOPY ${GIVEN}.txt /$V/$GIVEN",
      context: tree,
      args: ["GIVEN=a"],
    },
    {
      name: "ENV goes before ARG, and substitutes what came before its line",
      text: "FROM scratch\nENV A=1 B=$A\nENV A=2 B=${A}x C='$A' D=\"q $A\" E=e\\ f\nARG A=9\nENV F=$A\nENV OLD form  with = spaces\nENV PATH=$PATH:/x",
    },
    {
      name: "the configuration's instructions",
      text: 'FROM scratch\nLABEL "a b"="c d" e=f\nLABEL old form\nEXPOSE 80 443/tcp 53/udp\nVOLUME /data /log\nVOLUME ["/x y"]\nUSER 1:2\nSTOPSIGNAL SIGINT\nMAINTAINER Me <me@example.org>\nHEALTHCHECK --interval=5m --timeout=3s --start-period=1m30s --retries=4 CMD ["a", "b"]\nONBUILD COPY . /src\nONBUILD ENV A=$B',
    },
    { name: "a command that is none", text: 'FROM scratch\nENTRYPOINT ["e"]\nCMD ["c"]\nENTRYPOINT\nCMD' },
    {
      name: "what follows a list in brackets",
      text: 'FROM scratch\nENTRYPOINT ["a]", "\\"["] # why\nCMD ["b"] c\nVOLUME ["/v"] w\nHEALTHCHECK CMD ["h"] x',
    },
    { name: "a working folder as it is written", text: "FROM scratch\nWORKDIR /a/b/" },
    { name: "a working folder below one with a slash", text: "FROM scratch\nWORKDIR /a/b/\nWORKDIR c/" },
    { name: "a working folder with dots", text: "FROM scratch\nWORKDIR /a/../b/./c/" },
    { name: "commands as texts", text: "FROM scratch\nENTRYPOINT run $X \"y\"\nCMD a 'b'  c" },
    {
      name: "commands as lists",
      text: 'FROM scratch\nCMD ["old"]\nENTRYPOINT ["/a", "b c"]\nCMD ["d", "$E"]\nHEALTHCHECK NONE',
    },
    {
      name: "escapes, comments, continuations and directives",
      text: "# escape=`\n# comment\nFROM scratch\nLABEL a=b `\n# within\n\n  c=d\nlabel e=f\nCOPY a.txt `\n  /x`\n/",
      context: tree,
    },
    {
      name: "a base: layers, accounts, links and configuration",
      text: 'FROM BASE\nCOPY --chown=app:app src /home/app/\nCOPY a.txt /lib/\nCOPY b.txt /srv\nENV MORE=$LESS-more PATH=/opt:$PATH\nLABEL l=2\nWORKDIR sub\nCMD ["new"]',
      context: tree,
    },
    {
      name: "a base's triggers, and its command under a new entry point",
      text: 'FROM ARCHIVE\nENTRYPOINT ["e"]\nUSER app\nWORKDIR /home/app/w',
      context: tree,
    },
    {
      name: "files of a base",
      text: "FROM BASE AS base\nFROM scratch\nCOPY --from=base /etc/passwd /p\nCOPY --from=base /lib /l/\nCOPY --from=base /home /h",
    },
    {
      name: "archives are unpacked by ADD, not by COPY",
      text: "FROM scratch\nADD a.tar.gz b.tar /un/\nADD a.tar.gz /at\nCOPY a.tar.gz /kept.tgz\nADD not.tar.gz /plain/\nADD a.txt /x",
      context: { ...tree, "a.tar.gz": gz, "b.tar": plain, "not.tar.gz": "no archive" },
    },
    {
      name: "an archive over a base",
      text: "FROM BASE\nADD a.tar.gz /home",
      context: { "a.tar.gz": gz },
    },
    {
      name: "what .dockerignore leaves out",
      text: "FROM scratch\nCOPY . /all\nCOPY src /src\nCOPY *.md /md/",
      context: {
        ...tree,
        "Dockerfile.other": "",
        ".dockerignore":
          "# comment\n*.txt\n!b.txt\nsrc/deep\n!src/deep/three.ts\n**/*.js\nclosed\n/empty\n.dockerignore\n",
      },
    },
  ];
}

/** What each side has that the other has not: paths with their metadata, or parts of the configuration. */
export interface DifferingCase extends DockerfileCase {
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/** Those that buildah builds differently, and why so; docs/dockerfile.md has the same list. */
export async function knownDifferences(): Promise<DifferingCase[]> {
  const gz = await archive();
  return [
    {
      name: "an ARG of the stage that a stage is built upon",
      text: "FROM scratch AS a\nARG V=1\nFROM a\nENV X=-$V-",
      ours: ['Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","X=-1-"]'],
      theirs: ['Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","X=--"]'],
    },
    {
      name: "a stage's name in another case",
      text: "FROM scratch AS One\nCOPY a.txt /\nFROM scratch\nCOPY --from=ONE a.txt /",
      context: tree,
      ours: [
        "a.txt file 644 0:0 87428fc5",
        'Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]',
      ],
      theirs: ["refused"],
    },
    {
      name: "a range of ports",
      text: "FROM scratch\nEXPOSE 90-91/udp",
      ours: ['ExposedPorts {"90/udp":{},"91/udp":{}}'],
      theirs: ['ExposedPorts {"90-91/udp":{}}'],
    },
    {
      name: "SHELL, and a command as a text",
      text: 'FROM scratch\nSHELL ["/bin/bash", "-c"]\nCMD a',
      ours: ['Cmd ["/bin/bash","-c","a"]'],
      theirs: ['Cmd ["/bin/sh","-c","a"]'],
    },
    {
      name: "an owner for an archive's files",
      text: "FROM scratch\nADD --chown=3:4 a.tar.gz /x/",
      context: { "a.tar.gz": gz },
      ours: [
        "x/app directory 750 3:4 ",
        "x/app/again file 640 3:4 8b911a87",
        "x/app/file file 640 3:4 8b911a87",
        "x/app/link symlink 777 3:4 file",
        "x/implied/here file 644 3:4 c6006557",
      ],
      theirs: [
        "x/app directory 750 7:8 ",
        "x/app/again file 640 7:8 8b911a87",
        "x/app/file file 640 7:8 8b911a87",
        "x/app/link symlink 777 0:0 file",
        "x/implied/here file 644 0:0 c6006557",
      ],
    },
    {
      name: "a link at the destination that leads to a file",
      text: "FROM scratch\nCOPY l /\nCOPY a /link",
      context: { "l/link -> file": "", "l/file": "old", a: "a" },
      ours: ["file file 644 0:0 ca978112", "link symlink 777 0:0 file"],
      theirs: ["file file 644 0:0 cba06b57", "link file 644 0:0 ca978112"],
    },
    {
      name: "a link at the destination that leads nowhere",
      text: "FROM scratch\nCOPY l /\nCOPY a /link",
      context: { "l/link -> gone": "", a: "a" },
      ours: ["gone file 644 0:0 ca978112"],
      theirs: ["gone directory 755 0:0 ", "gone/a file 644 0:0 ca978112"],
    },
    {
      name: "a folder where the image has a link",
      text: "FROM scratch\nCOPY one /\nCOPY two /",
      context: { "one/usr/lib/": "", "one/lib -> usr/lib": "", "two/lib/so": "so" },
      ours: ["context/Dockerfile:3: the folder /lib cannot be put where the image has a file or a link."],
      theirs: [
        "lib directory 755 0:0 ",
        "lib/so file 644 0:0 a1d98908",
        "usr directory 755 0:0 ",
        "usr/lib directory 755 0:0 ",
        'Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]',
      ],
    },
    {
      name: "several files for one name",
      text: "FROM scratch\nCOPY *.txt /x",
      context: tree,
      ours: [
        "context/Dockerfile:2: *.txt stands for several files (a.txt, b.txt), so the destination must end in /.",
      ],
      theirs: [
        "x file 644 0:0 02638299",
        'Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]',
      ],
    },
    {
      name: "a health check without retries",
      text: "FROM scratch\nHEALTHCHECK --retries=0 --interval=0s CMD x",
      ours: [
        'Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]',
        'Healthcheck {"Test":["CMD-SHELL","x"]}',
      ],
      theirs: ["refused"],
    },
    {
      name: "another escape in words",
      text: "# escape=`\nFROM scratch\nLABEL a=b` c",
      ours: ['Labels {"a":"b c"}'],
      theirs: ['Labels {"a":"b` c"}'],
    },
    {
      name: "a .dockerignore of the Dockerfile's own",
      text: "FROM scratch\nCOPY *.txt *.md /all/",
      context: { "a.txt": "a", "b.md": "b", ".dockerignore": "*.md", "Dockerfile.dockerignore": "*.txt" },
      ours: [
        "all directory 755 0:0 ",
        "all/b.md file 644 0:0 3e23e816",
        'Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]',
      ],
      theirs: ["refused"],
    },
    {
      name: "documents within the Dockerfile",
      text: "FROM scratch\nENV X=1\nCOPY <<EOF <<'raw' /d/\n$X\nEOF\n$X\nraw",
      ours: [
        "d directory 755 0:0 ",
        "d/EOF file 644 0:0 4355a46b",
        "d/raw file 644 0:0 bc5959f4",
        'Env ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","X=1"]',
      ],
      theirs: ["refused"],
    },
    {
      name: "parts of a variable",
      text: "FROM scratch\nENV F=/a/b.c\nLABEL base=${F##*/}",
      ours: [
        'Env ["F=/a/b.c","PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]',
        'Labels {"base":"b.c"}',
      ],
      theirs: ["refused"],
    },
  ];
}
