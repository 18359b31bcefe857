import { matching } from "../yaml/shapes.ts";

const noControl = /^\P{Cc}*$/u;

/** An absolute path in the image, without `.` and `..`; the value is as `Entry.path` has it: no `/` at either end. */
export const rootPath = matching(/^\/(?!\/)/, "an absolute path")
  .refine(
    (path) => noControl.test(path) && path.split("/").every(isPlainSegment),
    "must have no . or .. or control character in it",
  )
  .transform((path) => path.split("/").filter(Boolean).join("/"));

/** A path below the recipe's folder, with `/` between its parts; `.` is the folder itself. */
export const sourcePath = matching(/^[^/\0]/, "a path relative to the recipe's folder")
  .refine(
    (path) => noControl.test(path) && path.split("/").every((segment) => segment !== ".."),
    "must stay inside the recipe's folder",
  )
  .transform(
    (path) =>
      path
        .split("/")
        .filter((segment) => segment !== "" && segment !== ".")
        .join("/") || ".",
  );

/** Octal digits, with or without `0` or `0o` in front: written so, since YAML itself would read 0644 as decimal. */
export const mode = matching(/^(?:0o?)?[0-7]{3,4}$/, "octal permissions, as 0644")
  .transform((value) => Number.parseInt(value.replace(/^0o/, ""), 8))
  .meta({ is: { type: ["string", "integer"] } });

const account = /^(?:[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10})(?::(?:[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10}))?$/;

/** `app`, `1000:1000`, `app:adm`. A user alone stands for its group as well: by number the same, by name its own. */
export const owner = matching(account, "USER or USER:GROUP, by name or number").transform((value) => {
  const [user = "0", group] = value.split(":");
  return group === undefined
    ? { user: nameOrNumber(user) }
    : { user: nameOrNumber(user), group: nameOrNumber(group) };
});

function nameOrNumber(text: string): string | number {
  return /^[0-9]+$/.test(text) ? Number(text) : text;
}

function isPlainSegment(segment: string): boolean {
  return segment !== "." && segment !== "..";
}
