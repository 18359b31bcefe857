import type { UnpackedDebian } from "./unpacked.ts";

/** A trigger that a package waits for (deb-triggers(5)). */
export interface Interest {
  /** A name, or an absolute path. */
  readonly trigger: string;
  /** Whether those who set it off wait for it. */
  readonly await: boolean;
}

const triggerName = /^(?:[a-zA-Z0-9][a-zA-Z0-9+.-]{0,199}|\/[\x21-\x7e]{1,4095})$/;

/** Names that dpkg's own files in the triggers folder have. */
const reserved = new Set(["File", "Lock", "Unincorp"]);

export function interestsOf(deb: UnpackedDebian): Interest[] {
  return directives(deb).flatMap(([directive, trigger]) =>
    directive.startsWith("interest") ? [{ trigger, await: directive !== "interest-noawait" }] : [],
  );
}

/** Triggers that a package sets off when it is installed. */
export function activationsOf(deb: UnpackedDebian): string[] {
  return directives(deb).flatMap(([directive, trigger]) =>
    directive.startsWith("activate") ? [trigger] : [],
  );
}

function directives(deb: UnpackedDebian): [string, string][] {
  const lines = (deb.scripts.get("triggers") ?? "").split("\n");
  return lines.flatMap((line): [string, string][] => {
    const [directive = "", trigger = "", ...rest] = line.replace(/#.*/, "").trim().split(/\s+/);
    const sound = rest.length === 0 && triggerName.test(trigger) && !reserved.has(trigger);
    return sound ? [[directive, trigger]] : [];
  });
}
