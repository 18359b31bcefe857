/**
 * Names of the App Container specification 0.8.11 (spec/types.md). What is read may have several separators side by
 * side, as the specification's own library takes them and docker2aci writes them; what is written never has.
 */
const identifierRead = /^[a-z0-9](?:[a-z0-9._~/-]*[a-z0-9])?$/;
const nameRead = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const identifierWritten = /^[a-z0-9]+(?:[._~/-][a-z0-9]+)*$/;

/** Of images, labels, annotations, isolators: `example.com/app`. */
export function isIdentifier(text: string): boolean {
  return identifierRead.test(text);
}

/** As the specification's own expression has it. */
export function isStrictIdentifier(text: string): boolean {
  return identifierWritten.test(text);
}

/** Of ports and mount points: `volume-var-lib`. */
export function isAcName(text: string): boolean {
  return nameRead.test(text);
}

/** The nearest valid identifier: `Registry.example/Shout` is `registry.example/shout`. Undefined when nothing is left. */
export function identifierFrom(text: string): string | undefined {
  const tidy = text
    .toLowerCase()
    .replace(/[^a-z0-9._~/-]+/g, "_")
    .replace(/[._~/-]{2,}/g, (run) => (run.includes("/") ? "/" : (run[0] as string)))
    .replace(/^[._~/-]|[._~/-]$/g, "");
  return tidy === "" ? undefined : tidy;
}

/** The nearest valid name: `/var/lib` is `var-lib`. Undefined when nothing is left. */
export function acNameFrom(text: string): string | undefined {
  const tidy = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return tidy === "" ? undefined : tidy;
}

/** An image to be found in the network: its name, and the version that was asked for. */
export interface AciName {
  /** An identifier whose first part is a host. */
  readonly name: string;
  readonly version?: string;
}

const hostShape = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
const versionShape = /^[A-Za-z0-9_][A-Za-z0-9_.+~-]{0,127}$/;

/** `example.com/app` or `example.com/app:1.0`; undefined for anything else. */
export function parseAciName(text: string): AciName | undefined {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  if (name.length > 512 || !isIdentifier(name) || !hostShape.test(name.split("/")[0] as string))
    return undefined;
  if (colon < 0) return { name };
  const version = text.slice(colon + 1);
  return versionShape.test(version) ? { name, version } : undefined;
}
