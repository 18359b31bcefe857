import { nearest } from "../../bytes/nearest.ts";
import { byText } from "../../bytes/text.ts";
import { type Capability, dependencyText, isRich, parseDependency } from "../../formats/rpm/dependency.ts";
import { isComplex, simpleProviders } from "../../formats/rpm/rich.ts";
import { signedParts } from "../../formats/rpm/signed-parts.ts";
import { runsOn } from "./architectures.ts";
import { type Archive, nameOf, recordOffers } from "./candidates.ts";
import type { RpmRecord } from "./index/record.ts";
import { nameForms } from "./name-forms.ts";
import { isPattern } from "./pattern.ts";

/** What is said where there is no more to say. */
export const nothingOffers = "nothing offers that";

/** Why nothing meets a dependency, as the end of a sentence; undefined when something does, or there is more to it. */
export function absenceOf(text: string, archive: Archive): string | undefined {
  const wanted = parseDependency(text, "A dependency");
  if (!isRich(wanted)) return absenceOfOne(wanted, archive);
  const parts = signedParts(wanted, true, isRich, ["if", "unless", "without"]);
  const notes = parts.flatMap(({ part: each, positive }) => {
    if (!positive || isRich(each)) return [];
    const note = absenceOfOne(each, archive);
    return note === nothingOffers ? `nothing offers ${dependencyText(each)}` : (note ?? []);
  });
  if (notes.length > 0) return listed(notes, " and ");
  const isUnmet = !isComplex(wanted) && simpleProviders(wanted, (one) => archive.providers(one)).length === 0;
  return isUnmet ? "no package meets that" : undefined;
}

/** Why nothing is named by a word of `include`, as the end of a sentence: what there is instead, or what was meant. */
export function absenceOfNamed(text: string, archive: Archive): string {
  const note = (isPattern(text) ? undefined : absenceOf(text, archive)) ?? nothingOffers;
  if (note !== nothingOffers) return note;
  const forms = [...nameForms(text)];
  for (const { name, fits } of forms) {
    const all = isPattern(name) ? Array.from(archive.records()) : archive.recordsOffering(name);
    const hidden = hiddenNote(all.filter(fits), archive);
    if (hidden !== undefined) return hidden;
  }
  const others = forms.map(({ name }) => archive.named(name)).find((found) => found.length > 0);
  if (others !== undefined) return `there is only ${listed(others.map(nameOf))}`;
  const names = new Set(Array.from(archive.all(), ({ record }) => record.name));
  const inOrder = [...names].sort(byText);
  for (const name of [text, ...forms.map((form) => form.name)]) {
    const meant = nearest(name, inOrder);
    if (meant !== undefined) return `${note}; did you mean ${meant}?`;
  }
  return note;
}

function absenceOfOne(wanted: Capability, archive: Archive): string | undefined {
  if (archive.providers(wanted).length > 0) return undefined;
  const hidden = archive.recordsOffering(wanted.name);
  const fitting = hidden.filter((record) => recordOffers(record, wanted));
  const others = archive.providers({ name: wanted.name });
  if (others.length === 0) return hiddenNote(fitting.length > 0 ? fitting : hidden, archive) ?? nothingOffers;
  const only = `there is only ${listed(others.map(({ record }) => offerOf(record, wanted.name)))}`;
  return [only, hiddenNote(fitting, archive, (record) => nameOf({ record })) ?? []].flat().join(", and ");
}

/** Why packages are not seen; undefined without any. */
function hiddenNote(
  hidden: readonly RpmRecord[],
  { architecture }: Archive,
  name = (record: RpmRecord) => `${record.name}.${record.architecture}`,
): string | undefined {
  if (hidden.length === 0) return undefined;
  const machines = [...runsOn(architecture), "noarch"];
  const own = hidden.filter((record) => machines.includes(record.architecture));
  return own.length === 0
    ? `${listed(hidden.map(name))} is for another machine`
    : `${listed(own.map(name))} is excluded`;
}

/** With the version that is provided, where a package does so under another name than its own. */
function offerOf(record: RpmRecord, name: string): string {
  const own = nameOf({ record });
  const provided = record.provides.find((text) => text.startsWith(`${name} = `));
  return record.name === name || provided === undefined
    ? own
    : `${provided.slice(name.length + 3)} in ${own}`;
}

function listed(all: readonly string[], between = ", "): string {
  const some = [...new Set(all)];
  return some.length > 4 ? `${some.slice(0, 4).join(", ")} and ${some.length - 4} more` : some.join(between);
}
