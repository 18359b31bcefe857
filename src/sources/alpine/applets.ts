/**
 * Where the links of a busybox belong, read from the program itself: it has all its names in one sorted list, and for
 * each of them four bits that say which folder (busybox, `applet_tables.c`: `applet_names`, `applet_install_loc`). This
 * is what `busybox --list-full` prints.
 */

const folders = ["", "bin/", "sbin/", "usr/bin/", "usr/sbin/"] as const;
const [bin, sbin, usrBin, usrSbin] = [1, 2, 3, 4];

/** Names whose folder has always been the same: by these, the folders are found. */
const known: ReadonlyMap<string, number> = new Map([
  ...["ash", "cat", "chmod", "cp", "kill", "ln", "ls", "mkdir", "mv", "ps", "rm", "sed", "sh", "tar"].map(
    (name) => [name, bin] as const,
  ),
  ...["halt", "ifconfig", "init", "insmod", "reboot", "route", "syslogd"].map(
    (name) => [name, sbin] as const,
  ),
  ...["awk", "cut", "env", "find", "ftpget", "ftpput", "head", "id", "sort", "telnet", "tftp", "wget"].map(
    (name) => [name, usrBin] as const,
  ),
  ...["chroot", "crond", "dnsd", "fakeidentd", "ftpd", "httpd", "inetd", "telnetd"].map(
    (name) => [name, usrSbin] as const,
  ),
]);

/** Paths without a leading slash, or undefined where the program does not say, or not clearly. */
export function appletPaths(program: Uint8Array): string[] | undefined {
  const names = namesIn(program);
  const anchors = names.flatMap((name, at) => {
    const place = known.get(name);
    return place === undefined ? [] : [[at, place] as const];
  });
  if (anchors.length < Math.max(2, names.length / 16)) return undefined;
  const size = Math.ceil(names.length / 2);
  const found = new Set<string>();
  for (let start = 0; start + size <= program.length; start += 1) {
    const placeOf = (at: number) => ((program[start + (at >> 1)] as number) >> ((at & 1) * 4)) & 15;
    if (!anchors.every(([at, place]) => placeOf(at) === place)) continue;
    const paths = names.map((name, at) => {
      const folder = folders[placeOf(at)];
      return folder === undefined ? "" : `${folder}${name}`;
    });
    if (!paths.includes("")) found.add(paths.join("\n"));
    if (found.size > 1) return undefined;
  }
  const [only] = found;
  return only?.split("\n");
}

const limits = { names: 2000, name: 32 };
const name = /^(?:\[\[?|[a-z][a-z0-9_.+-]*)$/;

/** The longest run of texts that look like names and stand in order. */
function namesIn(program: Uint8Array): string[] {
  const bytes = Buffer.from(program.buffer, program.byteOffset, program.byteLength);
  let longest: string[] = [];
  let run: string[] = [];
  const finish = () => {
    if (run.length > longest.length) longest = run;
    run = [];
  };
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(0, at);
    const end = found < 0 ? bytes.length : found;
    const text = end - at > limits.name ? "" : bytes.toString("latin1", at, end);
    if (!name.test(text)) finish();
    else {
      const last = run.at(-1);
      if (run.length >= limits.names || (last !== undefined && last >= text)) finish();
      run.push(text);
    }
    at = end + 1;
  }
  finish();
  return longest;
}
