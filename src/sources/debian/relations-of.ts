import { parseDeb822 } from "../../formats/deb/deb822.ts";
import { type Alternatives, parseRelations } from "../../formats/deb/relation.ts";
import type { UnpackedDebian } from "./unpacked.ts";

/** A field of relations as a package itself has it: `Depends`, `Replaces`; empty when it is absent. @throws BAD_RELATION */
export function relationsOf(
  { name, control }: Pick<UnpackedDebian, "name" | "control">,
  field: string,
): readonly Alternatives[] {
  const [stanza] = parseDeb822(control, `${name}: control`);
  return parseRelations(stanza?.fields.get(field.toLowerCase()) ?? "", `${field} of ${name}`);
}
