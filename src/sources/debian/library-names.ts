/** glibc's parts, which are no packages of their own. */
const glibc =
  /^(?:anl|BrokenLocale|c|dl|m|mvec|nss_(?:compat|dns|files|hesiod)|pthread|resolv|rt|thread_db|util)$/;

/**
 * Names that a package of a library bears, likeliest first (Debian Policy 8.1): the soname's own name and version,
 * with a hyphen between them where the name ends in a digit, in lower case. Packages that changed with the 64-bit time
 * have `t64` behind it, and many leave out the hyphen in front of a version within the name: `libglib-2.0.so.0` is in
 * libglib2.0-0t64. An absolute path is a program's interpreter. Empty for what is no soname.
 */
export function libraryPackageNames(library: string): string[] {
  if (/^(?:\/lib[^/]*\/)?ld(?:-linux[a-z0-9_-]*|64)?\.so\.\d+$/.test(library)) return ["libc6"];
  const match = /^lib([^/]{1,100}?)(?:\.so\.([0-9][^/]{0,20})|-([0-9][^/]{0,20})\.so|\.so)$/.exec(library);
  if (!match) return [];
  const [, part = "", version = match[3] ?? ""] = match;
  if (glibc.test(part)) return ["libc6"];
  // Older than the rule.
  if (part === "z") return ["zlib1g"];
  const plain = `lib${part}`.toLowerCase().replaceAll("_", "-");
  const stems = [plain, plain.replace(/-(?=\d)/, "")];
  const names = stems.flatMap((stem) => {
    const joined = /\d$/.test(stem) && version !== "" ? `${stem}-${version}` : stem + version;
    const hyphened = version === "" ? [] : [`${stem}-${version}`];
    return [joined, ...hyphened].flatMap((name) => [name, `${name}t64`]);
  });
  return [...new Set(names)];
}
