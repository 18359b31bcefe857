import type { Emulation } from "../shell/interpret.ts";

/** Commands that change nothing an image needs, and why that is so. */
const reasons: readonly (readonly [string, string])[] = [
  [
    "deb-systemd-invoke invoke-rc.d update-rc.d service start-stop-daemon initctl udevadm loginctl busctl telinit init policy-rc.d rc-service update-service update-inetd openrc chkconfig",
    "services are neither enabled nor started in an image",
  ],
  ["mandb catman apropos install-info update-info-dir ginstall-info", "no index of manual pages is kept"],
  [
    "py3compile pycompile py3clean pyclean pypy3compile py3versions",
    "python makes its byte code when it runs",
  ],
  [
    "systemd-machine-id-setup dbus-uuidgen systemd-detect-virt",
    "what tells one machine from another is made at its first start",
  ],
  ["journalctl systemd-hwdb", "nothing keeps a journal in an image, or a list of hardware"],
  [
    "update-mime update-mime-database update-desktop-database gtk-update-icon-cache update-icon-caches fc-cache update-fonts-dir update-fonts-scale update-fonts-alias mkfontdir mkfontscale xfonts-utils update-menus appstreamcli update-app-install",
    "caches of desktops are left out",
  ],
  [
    "update-initramfs update-grub depmod modprobe kernel-install update-bootloader sysctl systemd-sysctl linux-update-symlinks",
    "a container has no kernel or boot loader of its own",
  ],
  [
    "restorecon chcon fixfiles load_policy selinuxenabled semanage semodule setsebool apparmor_parser aa-enabled setenforce",
    "security labels belong to the host",
  ],
  ["update-binfmts systemd-binfmt", "binary formats belong to the host's kernel"],
  ["debconf-escape debconf-show", "debconf's defaults are taken"],
  [
    "nscd sss_cache mail newaliases logrotate savelog killall pkill dbus-send",
    "nothing runs that would have to be told",
  ],
];

/** Probes that say no where nothing of the kind runs. */
const absent = new Set([
  "systemd-detect-virt",
  "selinuxenabled",
  "aa-enabled",
  "modprobe",
  "killall",
  "pkill",
  "dbus-send",
]);

export const harmless = new Map<string, Emulation>(
  reasons.flatMap(([names, why]) =>
    names.split(" ").map((name): [string, Emulation] => [
      name,
      (call) => {
        call.shell.findings.harmless.add(why);
        call.io.out(undefined);
        return absent.has(name) ? 1 : 0;
      },
    ]),
  ),
);
