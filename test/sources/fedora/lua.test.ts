import { describe, expect, test } from "vitest";
import { Workspace } from "../../../src/scripts/workspace.ts";
import { commandsOfLua } from "../../../src/sources/fedora/lua-commands.ts";
import { knownLua } from "../../../src/sources/fedora/lua-scriptlets.ts";
import { type Files, rootFrom, timestamp } from "../../kit/scripted-root.ts";

/** A scriptlet that is known, run over these files. */
function running(name: string, script: string, text: string, files: Files = {}) {
  const workspace = new Workspace(rootFrom({ "etc/": {}, "usr/": {}, ...files }), timestamp);
  const known = knownLua(name, script, text);
  return { known, workspace, problem: known?.run(workspace) };
}

describe("scriptlets in Lua that are known by their text", () => {
  const filesystem = [
    "--# what packages do not unpack",
    'posix.mkdir("/proc")',
    'posix.mkdir("/sys")',
    'posix.chmod("/proc", 0555)',
    'st = posix.stat("/sys")',
    "if st and st.mode ~= 0555 then",
    '  posix.chmod("/sys", 0555)',
    "end",
    'if "x86_64" == "riscv64" then',
    '  posix.symlink(".", "/usr/lp64d")',
    "end",
    'posix.symlink("../run", "/var/run")',
    'posix.symlink("bin", "/usr/sbin")',
    "return 0",
  ].join("\n");

  test("filesystem makes the folders and links that no package unpacks", () => {
    const { known, workspace, problem } = running("filesystem", "pretrans", filesystem, { "var/": {} });
    expect(problem).toBeUndefined();
    expect(known?.harmless).toBe(false);
    for (const path of ["/proc", "/sys"])
      expect(workspace.lookup(path)).toMatchObject({ type: "directory", mode: 0o555 });
    expect(workspace.lookup("/usr/sbin")?.link).toBe("bin");
    expect(workspace.lookup("/var/run")?.link).toBe("../run");
    expect(workspace.lookup("/usr/lp64d")).toBeUndefined();
  });

  test("what a link stood for is asked once", () => {
    const text = [
      'local st = posix.stat("/etc/old")',
      'if st and st.type == "link" then',
      '  os.remove("/etc/old")',
      '  posix.mkdir("/etc/old")',
      "end",
    ].join("\n");
    const files = { "etc/old": { link: "new" } };
    expect(running("thing", "post", text, files).workspace.lookup("/etc/old")?.type).toBe("directory");
    expect(running("thing", "post", text).workspace.version).toBe(0);
  });

  test("a folder where a link should be is told", () => {
    const { problem } = running("filesystem", "pretrans", filesystem, { "usr/sbin/tool": "" });
    expect(problem).toBe("packages bring /usr/sbin as a folder");
  });

  test("glibc's configuration of the linker includes its folder", () => {
    const text = 'local line = "include ld.so.conf.d/*.conf"\ncall_ldconfig()\n';
    const { workspace } = running("glibc", "post", text, { "etc/ld.so.conf": "/opt/lib\n" });
    expect(workspace.text("/etc/ld.so.conf")).toBe("include ld.so.conf.d/*.conf\n/opt/lib\n");
  });

  test("a cache of character sets that others were added to is emptied", () => {
    const cache = "usr/lib64/gconv/gconv-modules.cache";
    const { workspace } = running("glibc-gconv-extra", "post", "update_gconv_modules_cache ()", {
      [cache]: "old",
    });
    expect(workspace.text(cache)).toBe("");
  });

  test("the default policy of cryptography is linked for each library", () => {
    const text = 'local policy = "DEFAULT"\nposix.symlink(policypath.."/"..fn, cfgfn)\n';
    const { workspace } = running("crypto-policies", "post", text, {
      "usr/share/crypto-policies/DEFAULT/openssl.txt": "x",
    });
    expect(workspace.text("/etc/crypto-policies/config")).toBe("DEFAULT\n");
    expect(workspace.lookup("/etc/crypto-policies/back-ends/openssl.config")?.link).toBe(
      "/usr/share/crypto-policies/DEFAULT/openssl.txt",
    );
  });

  test("a shell puts itself into /etc/shells", () => {
    const text =
      "nl        = '\\n'\nsh        = '/bin/sh'..nl\nbash      = '/bin/bash'..nl\nf = io.open('/etc/shells', 'a+')\n";
    const { workspace } = running("bash", "post", text, { "etc/shells": "/bin/sh\n" });
    expect(workspace.text("/etc/shells")).toBe("/bin/sh\n/bin/bash\n");
  });

  test.each([
    ["filesystem", "posttrans", 'rpm.execute("/usr/sbin/restorecon", "/var")'],
    ["glibc", "pre", "if rpm.vercmp(rel, required) < 0 then"],
    ["glibc-all-langpacks", "posttrans", '"locale-archive.real" posix.link(real_path, archive_path)'],
    ["setup", "post", 'os.remove("/etc/"..name..".rpmnew")'],
  ])("an image is none the worse without %s/%s", (name, script, text) => {
    const { known, workspace } = running(name, script, text);
    expect(known?.harmless).toBe(true);
    expect(workspace.version).toBe(0);
  });

  test.each([
    ["filesystem", "posttrans", "restorecon\nposix.symlink('bin', path)"],
    ["setup", "post", 'os.remove("/etc/"..name..".rpmnew")\nos.execute("groupadd x")'],
    ["glibc", "post", "something new"],
    ["other", "post", 'os.remove("/etc/"..name)'],
    ["other", "post", 'posix.mkdir("/x")\nend'],
    ["other", "post", 'if st and st.type == "link" then\nposix.mkdir("/x")'],
  ])("another version of %s/%s is not known", (name, script, text) => {
    expect(knownLua(name, script, text)).toBeUndefined();
  });
});

describe("before a first installation", () => {
  const replaces = `-- Define the path to directory being replaced below.
local path = "/usr/share/thing"
st = posix.stat(path)
if st and st.type == "directory" then
  status = os.rename(path, path .. ".rpmmoved")
  if not status then
    suffix = 0
    while not status do
      suffix = suffix + 1
      status = os.rename(path .. ".rpmmoved", path .. ".rpmmoved." .. suffix)
    end
    os.rename(path, path .. ".rpmmoved")
  end
end`;

  test("what only moves older files away finds none", () => {
    expect(knownLua("thing", "pretrans", replaces)).toMatchObject({ harmless: true });
    expect(knownLua("thing", "post", replaces)).toBeUndefined();
  });

  test.each([
    `if posix.access("/etc/thing/config") then
       local cf = io.open("/etc/thing/config", "w")
       if cf then cf:write(new) cf:close() else os.execute("x") end
     end
     if arg[2] == 2 then rpm.execute("/usr/bin/umount", "x") end`,
    `require 'posix'
     if (posix.stat("/usr/lib/thing", "type") == "link") then posix.mkdir("/usr/lib/thing") end`,
    `for _, d in pairs({"api", "doc"}) do
       path = "/usr/lib/thing/" .. d
       if posix.stat(path, "type") == "link" then os.remove(path) posix.mkdir(path) end
     end
     return 0`,
    `st = posix.stat("/usr/share/thing")
     if st and st.type == "directory" then os.execute("rm -rf /usr/share/thing") end`,
  ])("what asks for older files first does nothing: %#", (text) => {
    expect(knownLua("thing", "pretrans", text)).toMatchObject({ harmless: true });
  });

  test.each([
    'if not posix.stat("/usr/x") then posix.mkdir(path) end',
    'if posix.stat("/usr/x") then x = 1 else posix.mkdir(path) end',
    'if posix.stat("/usr/x") or y then posix.mkdir(path) end',
    'if posix.stat("/usr/x") == nil then posix.mkdir(path) end',
    'if posix.stat("/usr/x", "type") ~= "link" then posix.mkdir(path) end',
    'if posix.stat("/") then posix.mkdir(path) end',
    'if posix.stat("/proc/self") then posix.mkdir(path) end',
    "st = 1\nif st then posix.mkdir(path) end",
    'st = posix.stat("/usr/x")\nst = 1\nif st then posix.mkdir(path) end',
    'if posix.stat("/usr/x") then y = 1 elseif y then posix.mkdir(path) end',
    "if arg[2] == 1 then posix.mkdir(path) end",
    "function f() posix.mkdir(path) end\nf()",
    'if posix.stat("/usr/x") then y = 1 end posix.mkdir(path)',
    'if posix.stat("/usr/x") then y = 1 elseif os.execute("x") then y = 2 end',
    "rpm.expand('%(touch /x)')",
    'x = posix["mkdir"]\nx(path)',
    'local f = io.open("/x", "a")',
    "end",
    'if posix.stat("/usr/x") then',
  ])("but %s may do something", (text) => {
    expect(knownLua("thing", "pretrans", text)).toBeUndefined();
  });

  test.each([
    "posix.mkdir(path)",
    'os.execute("rm")',
    "local run = os.execute\nrun('x')",
    'os["execute"]("x")',
    'io.open("/x", "w")',
    'load("x")()',
    '[[ " ]] os.execute("x")',
    "local o = os\no.execute('x')",
  ])("but not with %s in it", (line) => {
    expect(knownLua("thing", "pretrans", `${replaces}\n${line}`)).toBeUndefined();
  });
});

describe("scriptlets in Lua that only run programs", () => {
  test("are those programs, in a shell", () => {
    const text = `-- This script will run after any package is initially installed or upgraded.
pid = posix.fork()
if pid == 0 then
    assert(posix.exec("/usr/bin/systemd-tmpfiles", "--create"))
elseif pid > 0 then
    posix.wait(pid)
end
if posix.access("/run/systemd/system") then
  pid = posix.fork()
  if pid == 0 then
    assert(posix.execp("systemd-sysusers"))
  elseif pid > 0 then
    posix.wait(pid)
  end
end
if posix.access("/usr/bin/systemctl", "x") then
  os.execute("/usr/bin/systemctl daemon-reload")
end
rpm.execute("it's", "x")
`;
    expect(commandsOfLua(text)).toBe(
      [
        "'/usr/bin/systemd-tmpfiles' '--create'",
        "",
        "if [ -e '/run/systemd/system' ]; then",
        "'systemd-sysusers'",
        "",
        "fi",
        "if [ -x '/usr/bin/systemctl' ]; then",
        "/usr/bin/systemctl daemon-reload",
        "fi",
        "'it'\\''s' 'x'",
      ].join("\n"),
    );
  });

  test.each([
    "",
    "posix.symlink('a', 'b')",
    'os.execute("a" .. b)',
    'posix.exec("a", name)',
    "end",
    'if posix.access("/x", "x") then\nos.execute("a")',
    'if posix.access("/x", "x") then\nelseif pid > 0 then\nos.execute("a")\nend',
    'for x in y do os.execute("a") end',
  ])("and no others: %j", (text) => {
    expect(commandsOfLua(text)).toBeUndefined();
  });
});
