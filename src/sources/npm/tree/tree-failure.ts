import type Arborist from "@npmcli/arborist";
import { TareError } from "../../../errors.ts";
import { shownUrl } from "../../../http/url.ts";
import { isWebAddress, registryOf } from "../registry/addresses.ts";
import type { NpmOptions } from "../registry/client.ts";
import { isAbsent, registryFailure } from "../registry/failure.ts";
import { pathTo, waysInto } from "./dependency-path.ts";
import { nearestVersions } from "./nearest-versions.ts";

/** What a sentence about a tree needs beside the tree. */
export interface TreeContext {
  /** The file that it was made of, or what else asked for it. */
  readonly where: string;
  /** Where `overrides` belong: `package.json`, `the recipe`. */
  readonly overridesIn: string;
  readonly options: NpmOptions;
}

/**
 * What npm's resolver throws, as one of our sentences, with the path of dependencies where a package is at fault.
 * Messages of npm's libraries are never passed on: some hold logins.
 * @param root as far as the tree was made
 */
export function treeFailure(
  cause: unknown,
  root: Arborist.Node | undefined,
  context: TreeContext,
): TareError {
  if (cause instanceof TareError) return cause;
  const failed = root && [...root.inventory.values()].find(({ errors }) => errors.includes(cause as Error));
  if (root && failed) return packageFailure(failed, root, context);
  const { code, edge, current, currentEdge } = Object(cause) as Record<string, unknown>;
  if (code === "ERESOLVE") return conflict(Object(edge), Object(current ?? currentEdge), context, cause);
  const why =
    reasons[String(code)] ??
    (typeof code === "string"
      ? `npm's resolver does not take it (${code}); \`npm install --package-lock-only\` says more`
      : "npm's resolver does not take it; `npm install --package-lock-only` says more");
  return new TareError({ code: "BAD_PROJECT", where: context.where, why }, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  EDUPLICATEWORKSPACE: "two of its workspaces have the same name",
  EINVALIDPACKAGENAME: "a dependency has a name that no package can have",
  EINVALIDTAGNAME: "a dependency asks for a version that is neither a range nor a tag",
  EMISSINGTARGET: "a link leads to a folder of which the lock says nothing",
  EOVERRIDE: "`overrides` names another version of a package than `dependencies` does; let them say the same",
  EUNSUPPORTEDPROTOCOL: "a dependency has an address of a kind that npm does not know",
};

/** A package that could not be had, or must not be. */
export function packageFailure(
  failed: Arborist.Node,
  root: Arborist.Node,
  { overridesIn, options }: Omit<TreeContext, "where">,
): TareError {
  const ways = waysInto(root);
  const path = pathTo(failed, ways);
  const cause = failed.errors[0];
  const spec = (ways.get(failed) ?? [...failed.edgesIn][0])?.spec ?? "";
  const { code } = Object(cause) as { code?: unknown };
  const todo = otherVersion(path, failed.name, overridesIn);
  if (typeof code === "string" && code.startsWith("EALLOW"))
    return refused(path, spec, failed.name, overridesIn, cause);
  const why = whyNot(failed, spec, options);
  if (typeof why !== "string") return why;
  return new TareError({ code: "DEPENDENCY_UNREACHABLE", path, why, todo }, { cause });
}

/** npm's codes for a registry that answers, but not with such a version. */
const noVersion = ["ETARGET", "ENOVERSIONS", "E403", "EINCOMPLETEMANIFEST"];

function whyNot({ name, errors }: Arborist.Node, spec: string, options: NpmOptions): TareError | string {
  const cause = errors[0];
  const { code, distTags, versions, statusCode } = Object(cause) as Record<string, unknown>;
  const where = isWebAddress(spec) ? spec : registryOf(name, options);
  if (statusCode === undefined && noVersion.includes(String(code))) {
    const { latest } = Object(distTags) as { readonly latest?: unknown };
    const young = options.before ? " and is old enough for npm's settings" : "";
    const near = Array.isArray(versions) ? nearestVersions(versions.map(String), spec) : [];
    const there = [
      ...(typeof latest === "string" ? [`${latest} is the latest`] : []),
      ...(near.some((version) => version !== latest) ? [`the nearest are ${near.join(", ")}`] : []),
    ];
    return `no version fits ${spec || "*"}${young} at ${shownUrl(where)}${there.length > 0 ? `, where ${there.join(" and ")}` : ""}`;
  }
  const failure = registryFailure(cause, { what: name, where, cache: String(options.cache) });
  if (failure.problem.code !== "DOWNLOAD_FAILED") return failure;
  // A registry that fails would fail for any other version, too.
  if (!isWebAddress(spec) && !isAbsent(failure)) return failure;
  return failure.problem.tried.map((tried) => `${tried.where}: ${tried.why}`).join("; ");
}

/** A dependency that is no tarball: git, a file, a folder elsewhere. */
export function refused(
  path: readonly string[],
  spec: string,
  name: string,
  overridesIn: string,
  cause?: unknown,
): TareError {
  const why = isOnThisMachine(spec)
    ? `${spec} is on this machine, outside the project's own packages`
    : `${shownUrl(spec)} is a git repository, and tare takes published tarballs only`;
  return new TareError(
    { code: "DEPENDENCY_REFUSED", path, why, todo: otherVersion(path, name, overridesIn) },
    { cause },
  );
}

/** Whether a dependency asks for a file or a folder. */
export function isOnThisMachine(spec: string): boolean {
  return /^(?:file:|\.{0,2}\/|~\/)/.test(spec);
}

/** What is asked for by name is changed there; `overrides` are for what others ask for. */
function otherVersion(path: readonly string[], name: string, overridesIn: string): string {
  if (path.length > 1) return overrideIt(name, overridesIn);
  return overridesIn === "the recipe"
    ? `name another version or package under \`package\` in the recipe, as NAME@VERSION`
    : `name another version or package in ${overridesIn}`;
}

function overrideIt(name: string, overridesIn: string): string {
  return `\`overrides\` in ${overridesIn} can name another version or package: "${name}": "VERSION" or "npm:OTHER@VERSION"`;
}

/** Two packages want the same peer in versions that cannot stand side by side. */
function conflict(
  edge: Record<string, unknown>,
  current: Record<string, unknown>,
  { overridesIn }: TreeContext,
  cause: unknown,
): TareError {
  const from = Object(edge.from) as Record<string, unknown>;
  const by = typeof from.name === "string" ? `${from.name} ${from.version ?? ""}`.trim() : "the project";
  const name = String(edge.name);
  return new TareError(
    {
      code: "DEPENDENCY_REFUSED",
      path: typeof from.name === "string" ? [from.name, name] : [name],
      why: `${by} wants ${name} ${String(edge.spec)} beside itself, where ${String(current.version ?? current.spec ?? "another version")} must be`,
      todo: `${overrideIt(name, overridesIn)}, and \`legacy-peer-deps=true\` in .npmrc lets npm disregard it`,
    },
    { cause },
  );
}
