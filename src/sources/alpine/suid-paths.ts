/**
 * Where the links of `bbsuid` belong, the little program with which busybox becomes root: it has their paths as they are,
 * beside its own and busybox's (aports, `main/busybox/bbsuid.c`). Without a leading slash; undefined where the program
 * is not as that one.
 */
export function suidPaths(program: Uint8Array): string[] | undefined {
  const text = Buffer.from(program.buffer, program.byteOffset, program.byteLength).toString("latin1");
  const found = [...text.matchAll(/\0\/((?:usr\/)?s?bin\/[a-z0-9]{1,32})(?=\0)/g)].map(
    ([, path]) => path as string,
  );
  const paths = [...new Set(found)];
  const own = paths.filter((path) => /\/(?:bbsuid|busybox)$/.test(path));
  const rest = paths.filter((path) => !own.includes(path));
  return own.length === 2 && rest.length > 0 ? rest : undefined;
}
