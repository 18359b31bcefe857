import { TareError } from "../errors.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EIO: "the disk reports an error",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "it is not there",
  ENOTDIR: "a part of its path is not a folder",
  EPERM: "permission denied",
};

/** The system's error on reading, as ours: UNREADABLE. `known` has better words for some of its codes. */
export function readFailure(
  cause: unknown,
  file: string,
  known: Readonly<Record<string, string>> = {},
): TareError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === undefined ? String(cause) : (known[code] ?? reasons[code] ?? code);
  return new TareError({ code: "UNREADABLE", file, why }, { cause });
}
