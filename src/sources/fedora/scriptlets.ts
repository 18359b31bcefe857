import { operatorOf } from "../../formats/rpm/dependency.ts";
import type { RpmHeader } from "../../formats/rpm/header.ts";
import { tag } from "../../formats/rpm/tags.ts";
import type { VersionRange } from "../../formats/rpm/version.ts";

/** A script of a package, and when rpm runs it. */
export interface Scriptlet {
  readonly when: "pretrans" | "pre" | "post" | "preun" | "postun" | "posttrans" | "verifyscript";
  /** As the header has it: `/bin/sh`, `<lua>`; a script may have only this and no text (`-p /sbin/ldconfig`). */
  readonly interpreter: string;
  readonly text: string;
}

/** A script that runs when other packages, or files of a path, come or go. */
export interface RpmTrigger {
  readonly kind: "trigger" | "filetrigger" | "transfiletrigger";
  readonly on: readonly TriggerCondition[];
  readonly interpreter: string;
  readonly text: string;
  /** The higher go first. */
  readonly priority: number;
}

/** A package of some versions, or the beginning of an absolute path; for either, when. */
export interface TriggerCondition extends VersionRange {
  readonly name: string;
  /** Whether it counts when that comes, not when it goes. */
  readonly onInstallation: boolean;
}

/** RPMSENSE_TRIGGERIN and RPMSENSE_TRIGGERPREIN (rpm, rpmds.h). */
const installation = (1 << 16) | (1 << 25);

const tags = [
  ["pretrans", tag.preTrans, tag.preTransProg],
  ["pre", tag.preIn, tag.preInProg],
  ["post", tag.postIn, tag.postInProg],
  ["preun", tag.preUn, tag.preUnProg],
  ["postun", tag.postUn, tag.postUnProg],
  ["posttrans", tag.postTrans, tag.postTransProg],
  ["verifyscript", tag.verifyScript, tag.verifyScriptProg],
] as const;

/** In the order in which an installation comes to them. */
export function scriptletsOf(header: RpmHeader): readonly Scriptlet[] {
  return tags.flatMap(([when, text, program]) => {
    if (!header.has(text) && !header.has(program)) return [];
    const interpreter = header.texts(program).join(" ") || "/bin/sh";
    return [{ when, interpreter, text: header.text(text) ?? "" }];
  });
}

/** rpm's own default of a file trigger. */
const usualPriority = 1_000_000;
/** File triggers of 10,000 and more come before triggers for packages, the others after (rpm, rpmtriggers.c). */
const ofPackages = 9_999.5;

/** In the order of the header. */
export function triggersOf(header: RpmHeader): readonly RpmTrigger[] {
  const read = (
    kind: RpmTrigger["kind"],
    scripts: number,
    programs: number,
    names: number,
    indexes: number,
    flags: number,
    priorities?: number,
  ): RpmTrigger[] => {
    const [on, which, when] = [header.texts(names), header.numbers(indexes), header.numbers(flags)];
    const versions = kind === "trigger" ? header.texts(tag.triggerVersion) : [];
    const ons = new Map<number, TriggerCondition[]>();
    for (const [place, name] of on.entries()) {
      const at = which[place] ?? 0;
      const operator = operatorOf(when[place] ?? 0);
      const version = versions[place] ?? "";
      const one = {
        name,
        onInstallation: ((when[place] ?? 0) & installation) !== 0,
        ...(operator !== undefined && version !== "" && { operator, version }),
      };
      const known = ons.get(at);
      if (known === undefined) ons.set(at, [one]);
      else known.push(one);
    }
    const [interpreters, order] = [
      header.texts(programs),
      priorities === undefined ? [] : header.numbers(priorities),
    ];
    return header.texts(scripts).map((text, at) => ({
      kind,
      on: ons.get(at) ?? [],
      interpreter: interpreters[at] ?? "/bin/sh",
      text,
      priority: kind === "trigger" ? ofPackages : (order[at] ?? usualPriority),
    }));
  };
  return [
    ...read(
      "trigger",
      tag.triggerScripts,
      tag.triggerScriptProg,
      tag.triggerName,
      tag.triggerIndex,
      tag.triggerFlags,
    ),
    ...read(
      "filetrigger",
      tag.fileTriggerScripts,
      tag.fileTriggerScriptProg,
      tag.fileTriggerName,
      tag.fileTriggerIndex,
      tag.fileTriggerFlags,
      tag.fileTriggerPriorities,
    ),
    ...read(
      "transfiletrigger",
      tag.transFileTriggerScripts,
      tag.transFileTriggerScriptProg,
      tag.transFileTriggerName,
      tag.transFileTriggerIndex,
      tag.transFileTriggerFlags,
      tag.transFileTriggerPriorities,
    ),
  ];
}
