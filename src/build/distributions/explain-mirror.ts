import { type Part, word } from "../../explain/shell.ts";
import { shownUrl } from "../../http/url.ts";

/** Where a mirror is that the recipe does not name: a variable of the script. */
export interface ScriptMirror {
  readonly variable: string;
  /** What the variable comes to, without a slash at its end. */
  readonly address: string;
  /** The command that sets it. */
  readonly command: string;
}

/** The mirror that stands where none is known, so that what it belongs to can be explained all the same. */
export const unknownMirror = "https://mirror.example";

/**
 * Sets a variable of the script: from the environment's, where that says the address (it may hold a password, which is
 * not shown), else to what the host's own set-up says.
 * @param host who of the host says so otherwise: `apt`
 */
export function scriptMirror(
  variable: string,
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
  candidates: readonly string[],
  host: string,
): ScriptMirror {
  const known = candidates.find((name) => firstOf(environment[name]) === address);
  const command =
    known !== undefined
      ? `${variable}=\${${known}%% *}    # it may name several`
      : address.startsWith(unknownMirror)
        ? `${variable}=${word(address)}    # none is known here: put yours, or set ${candidates[0]}`
        : `${variable}=${word(withoutSecrets(address))}    # as this machine's ${host} is set up`;
  return { variable, address, command };
}

function firstOf(list: string | undefined): string | undefined {
  return list?.split(/\s/)[0]?.replace(/\/+$/, "");
}

/** An address in parts: its mirror from the variable, where it is one of these. */
export function addressParts(address: string, mirrors: readonly ScriptMirror[]): Part[] {
  const mirror = mirrors.find((one) => address === one.address || address.startsWith(`${one.address}/`));
  if (mirror === undefined) return [withoutSecrets(address)];
  return [{ variable: mirror.variable }, address.slice(mirror.address.length)];
}

/** A page that explains is shown around: a name and password of an address are not in it. */
function withoutSecrets(address: string): string {
  return /^[a-z]+:\/\/[^/]*@/i.test(address) ? shownUrl(address) : address;
}
