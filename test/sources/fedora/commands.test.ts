import { expect, test } from "vitest";
import { readingScriptlet } from "../../kit/rpm-scripted.ts";

test.each([
  // What %systemd_post comes to, now and before systemd 250.
  [
    'if [ $1 -eq 1 ] && [ -x "/usr/lib/systemd/systemd-update-helper" ]; then\n  /usr/lib/systemd/systemd-update-helper install-system-units web.service || :\nfi',
    "presets of services are for a machine that starts them",
  ],
  [
    "if [ $1 -eq 1 ]; then\n  /usr/bin/systemctl --no-reload preset web.service >/dev/null 2>&1 || :\nfi",
    "services are not started in an image",
  ],
  ["/sbin/chkconfig --add web", "services are neither enabled nor started in an image"],
  ["semanage port -a -t web_port_t -p tcp 80 &>/dev/null || :", "security labels belong to the host"],
  ["journalctl --update-catalog || :", "nothing keeps a journal in an image, or a list of hardware"],
  ["systemd-hwdb update || :", "nothing keeps a journal in an image, or a list of hardware"],
  ["killall -HUP dbus-daemon &> /dev/null || :", "nothing runs that would have to be told"],
  ["/usr/lib/systemd/systemd-sysctl || :", "a container has no kernel or boot loader of its own"],
])("an image is none the worse without %j", (script, why) => {
  const { findings } = readingScriptlet(script, { "usr/lib/systemd/systemd-update-helper": { mode: 0o755 } });
  expect(findings.needs).toEqual([]);
  expect([...findings.harmless]).toEqual([why]);
  expect(findings.handled.size).toBe(0);
});

test("files of tmpfiles.d are made where a trigger asks for them", () => {
  const files = { "usr/lib/tmpfiles.d/web.conf": "d /etc/web 0750 root root -\n" };
  const { findings, workspace } = readingScriptlet("systemd-tmpfiles --create || :", files);
  expect([...findings.handled]).toEqual(["files of tmpfiles.d"]);
  expect(workspace.lookup("/etc/web")).toMatchObject({ type: "directory", mode: 0o750 });
});

test("the linker's cache is made where there is an ldconfig, and only there", () => {
  const having = readingScriptlet("/sbin/ldconfig", { "usr/sbin/ldconfig": { mode: 0o755 } }).findings;
  expect([...having.handled]).toEqual(["the dynamic linker's cache"]);
  const lacking = readingScriptlet("/sbin/ldconfig").findings;
  expect(lacking.handled.size).toBe(0);
  expect([...lacking.harmless]).toEqual(["there is no ldconfig"]);
});

test.each([
  ["touch /var/log/web.log", "cannot make /var/log/web.log: its folder is not there"],
  ["echo x > /srv/web/state || :", "cannot make /srv/web/state: its folder is not there"],
  ["echo x > /tmp/web", "nothing of /tmp/web stays in an image"],
])("%j leaves nothing, and the report says why", (script, why) => {
  const { findings } = readingScriptlet(script);
  expect([...findings.harmless]).toEqual([why]);
  expect([...findings.handled, ...findings.needs]).toEqual([]);
});

test("a log is made where its folder is", () => {
  const { findings, text } = readingScriptlet("touch /var/log/web.log", { "var/log/": {} });
  expect(text("/var/log/web.log")).toBe("");
  expect([...findings.handled]).toEqual(["makes /var/log/web.log"]);
});

test.each([
  "systemd-sysusers --replace=/usr/lib/sysusers.d/web.conf - <<END || :\nu web 77 - /srv/web\nEND\n",
  "command -v systemd-sysusers >/dev/null && systemd-sysusers - <<END || :\nu web 77 - /srv/web\nEND\n",
])("accounts are made of what systemd-sysusers reads: %j", (script) => {
  const accounts = { "etc/passwd": "", "etc/group": "", "usr/bin/systemd-sysusers": { mode: 0o755 } };
  const { findings, text } = readingScriptlet(script, accounts);
  expect([...findings.handled]).toEqual(["accounts of sysusers.d"]);
  expect(text("/etc/passwd")).toContain(":77:77:");
});

test("files are made of what systemd-tmpfiles reads", () => {
  const script =
    "systemd-tmpfiles --replace=/usr/lib/tmpfiles.d/web.conf --create - <<END || :\nd /etc/web 0750 root root -\nEND\n";
  expect(readingScriptlet(script).workspace.lookup("/etc/web")).toMatchObject({ mode: 0o750 });
});

test("touch makes nothing where it may not", () => {
  expect(readingScriptlet("touch --no-create /etc/web").workspace.version).toBe(0);
});

test("a link that leads nowhere is in mkdir's way", () => {
  const { workspace } = readingScriptlet("mkdir -p /etc/web || :", { "etc/web": { link: "nothing" } });
  expect(workspace.version).toBe(0);
});

const units = {
  "usr/lib/systemd/systemd": { mode: 0o755 },
  "usr/lib/systemd/system/web.service": "[Install]\nWantedBy=multi-user.target\n",
};
const wanted = "/etc/systemd/system/multi-user.target.wants/web.service";

test("units are enabled, asked about, disabled and masked", () => {
  const asked =
    "systemctl -q is-enabled web && touch /etc/enabled\nsystemctl is-active web.service && touch /etc/active";
  const before = readingScriptlet(asked, units);
  expect(before.workspace.version).toBe(0);
  const after = readingScriptlet(
    `systemctl enable --now web &> /dev/null\n${asked}\nsystemctl mask other.socket`,
    units,
  );
  expect(after.findings.needs).toEqual([]);
  expect(after.link(wanted)).toBe("/usr/lib/systemd/system/web.service");
  expect([after.text("/etc/enabled"), after.text("/etc/active")]).toEqual(["", undefined]);
  expect(after.link("/etc/systemd/system/other.socket")).toBe("/dev/null");
  const gone = readingScriptlet("systemctl enable web\nsystemctl disable web", units);
  expect(gone.link(wanted)).toBeUndefined();
});

test("what bash's read takes of a line is not guessed", () => {
  const script =
    "read -r -d '' -n 3 shebang < /etc/tool\n[ \"$shebang\" = '#!/' ] || echo other > /etc/web\n";
  expect(readingScriptlet(script, { "etc/tool": "#!/bin/sh\n" }).findings.needs).toHaveLength(1);
});
