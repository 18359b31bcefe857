import { canonical } from "../../../bytes/canonical.ts";
import { type Digest, digestOf } from "../../../bytes/digest.ts";
import type { NpmRequest } from "../request.ts";
import { type ProjectLock, readProject, readProjectLock, textOf } from "./project-files.ts";

/** A file that decides which packages are chosen, by its name in the project; the digest is of what decides. */
export interface ProjectInput {
  readonly name: string;
  readonly digest: Digest;
}

/** Of a package.json, what decides which packages there are and where (docs.npmjs.com, package.json). */
const decisive = [
  "acceptDependencies",
  "bundleDependencies",
  "bundledDependencies",
  "cpu",
  "dependencies",
  "devDependencies",
  "libc",
  "optionalDependencies",
  "os",
  "overrides",
  "peerDependencies",
  "peerDependenciesMeta",
  "workspaces",
];

/** What package-lock.json says of the project and its workspaces beside that, and what decides as well. */
const decisiveInLock = [
  ...decisive,
  "dev",
  "devOptional",
  "extraneous",
  "link",
  "optional",
  "peer",
  "resolved",
];

/**
 * What decides which packages a project gets, by digest: its package.json and its lock, without the project's own
 * version, scripts and words. Nothing for published packages, which the recipe itself names.
 * @throws NO_FILE, UNREADABLE, BAD_PROJECT, FOREIGN_LOCK, TOO_LARGE
 */
export async function projectInputs({ project }: Pick<NpmRequest, "project">): Promise<ProjectInput[]> {
  if (project === undefined) return [];
  const manifest = await readProject(project);
  const lock = await readProjectLock(project);
  return [
    { name: "package.json", digest: digestWithin(manifest, (fields) => only(decisive, fields)) },
    ...(lock === undefined ? [] : [{ name: lock.name, digest: digestOfLock(lock) }]),
  ];
}

function digestOfLock({ bytes, kind }: ProjectLock): Digest {
  if (kind === "yarn") return digestOf(bytes);
  return digestWithin(bytes, ({ name: _name, version: _version, packages, ...rest }) => {
    if (kind === "old") return rest;
    // The tree of npm's first lock, for old npms, says the same again.
    const { dependencies: _dependencies, ...others } = rest;
    return { ...others, packages: Object.entries(Object(packages)).map(ownOrNot) };
  });
}

/** What does not lie in a node_modules is the project itself, a workspace or a folder beside it. */
function ownOrNot([path, entry]: readonly [string, unknown]): unknown {
  return [path, /(?:^|\/)node_modules\//.test(path) ? entry : only(decisiveInLock, Object(entry))];
}

type Fields = Readonly<Record<string, unknown>>;

function only(names: readonly string[], fields: Fields): Fields {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]]),
  );
}

function digestWithin(bytes: Uint8Array, part: (fields: Fields) => unknown): Digest {
  try {
    return digestOf(canonical(part(JSON.parse(textOf(bytes)))));
  } catch (cause) {
    // So deeply nested that no program writes it: then all of it counts.
    if (cause instanceof RangeError) return digestOf(bytes);
    throw cause;
  }
}
