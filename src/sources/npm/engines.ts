import semver from "semver";
import { byText } from "../../bytes/text.ts";

/** What a package says of the Node.js that it runs on (docs.npmjs.com, package.json: `engines`). */
export interface EngineWish {
  /** `ms 2.1.3`; undefined for the project itself. */
  readonly package: string | undefined;
  /** `engines.node`, as it stands there. */
  readonly node: string;
}

/** Longer ones nobody writes. */
const rangeLimit = 256;
/** Packages that a sentence names. */
const shownLimit = 3;

/** A sentence about those that do not want a version of Node.js, the project first; undefined when there is none. */
export function engineNote(version: string, wishes: readonly EngineWish[]): string | undefined {
  const unmet = wishes.filter((wish) => isUnmet(version, wish));
  const project = unmet.find((wish) => wish.package === undefined);
  const packages = new Set(
    unmet.flatMap((wish) => (wish.package === undefined ? [] : [`${wish.package} (${rangeText(wish)})`])),
  );
  const shown = [...packages].sort(byText).slice(0, shownLimit);
  const who = [
    ...(project ? [`the project (${rangeText(project)})`] : []),
    ...shown,
    ...(packages.size > shown.length ? [`${packages.size - shown.length} more`] : []),
  ];
  if (who.length === 0) return undefined;
  return `Node.js ${version} is not what \`engines.node\` asks for in ${listed(who)}; \`node\` in the recipe names another.`;
}

/** As npm has it (npm-install-checks), but that a range which nobody can read is no wish. */
function isUnmet(version: string, { node }: EngineWish): boolean {
  const isRange = node.length <= rangeLimit && semver.validRange(node) !== null;
  return isRange && !semver.satisfies(version, node, { includePrerelease: true });
}

function listed(texts: readonly string[]): string {
  const last = texts.at(-1) ?? "";
  return texts.length > 1 ? `${texts.slice(0, -1).join(", ")} and ${last}` : last;
}

function rangeText({ node }: EngineWish): string {
  return node.trim().replace(/\s+/g, " ");
}
