import { z } from "zod";
import { matching, text } from "../yaml/shapes.ts";

/** What items of several distributions say alike of their repositories. */

export const address = matching(
  /^(?:https?:\/\/[^\s/]\S{0,2000}|file:\/\S{1,2000})$/,
  "the URL of a repository: http://, https:// or file:/",
);

export const fingerprint = z
  .string()
  .transform((value) => value.replace(/^0x/i, "").replaceAll(" ", "").toUpperCase())
  .pipe(
    z.string().regex(/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/, "must be a whole fingerprint: 40 hexadecimal digits"),
  )
  .meta({ wanted: "a whole fingerprint: 40 hexadecimal digits" });

export const keyFile = text().describe(
  "A file with OpenPGP keys, armoured or binary: a path that starts at the recipe's folder, or an absolute one of the host",
);
