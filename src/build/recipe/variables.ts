import type { Complain } from "../yaml/document.ts";

/** Where values come from. */
export interface Values {
  get(name: string): string | undefined;
}

// A name, then optionally `:-` and what stands in when it has no value. `$$` comes first, so `$${X}` stays as `${X}`.
const reference = /\$\$|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g;

/**
 * Puts values in place of `${NAME}` and `${NAME:-default}`; `$$` is a plain `$`, and any other `$` stays. A value is
 * not looked into again. As in a shell, `:-` also stands in for an empty value.
 */
export function substitute(text: string, values: Values, complain: Complain): string {
  if (!text.includes("$")) return text;
  return text.replace(reference, (match, name: string | undefined, fallback: string | undefined) => {
    if (match === "$$") return "$";
    if (name === undefined) {
      complain(`"\${" begins a variable, but no name and } follow; write $$ for a plain $`);
      return match;
    }
    const value = values.get(name);
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value === undefined)
      complain(`\${${name}} has no value: give it under "variables", or with --set ${name}=VALUE`);
    return value ?? match;
  });
}
