/**
 * What packages of apk provide for a library (abuild's tracing): `so:` and its name. musl is its own interpreter:
 * `/lib/ld-musl-x86_64.so.1` is `so:libc.musl-x86_64.so.1`.
 */
export function libraryName(library: string): string {
  const musl = /^\/lib\/ld-musl-([a-z0-9_-]{1,30}\.so\.[0-9]{1,3})$/.exec(library);
  return musl ? `so:libc.musl-${musl[1]}` : `so:${library}`;
}
