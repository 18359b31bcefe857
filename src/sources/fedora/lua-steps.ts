import type { Node, Workspace } from "../../scripts/workspace.ts";

interface State {
  readonly workspace: Workspace;
  /** Links that cannot be, for packages brought a folder. */
  readonly blocked: string[];
  /** What `posix.stat` found, by variable. */
  readonly found: Map<string, Node | undefined>;
  /** Of each `if` that is open, whether it holds. */
  readonly holding: boolean[];
}

type Step = (state: State) => void;

const text = `"([^"\\\\]*)"`;
const pattern = (name: string, ...args: string[]) =>
  new RegExp(`^${name.replaceAll(".", "\\.")} ?\\(${args.join(", ?")}\\);?$`);

const calls: readonly [RegExp, (workspace: Workspace, first: string, second: string) => unknown][] = [
  [pattern("posix.mkdir", text), (workspace, path) => workspace.makeDirectory(path, false)],
  [
    pattern("posix.chmod", text, "0?([0-7]{3})"),
    (workspace, path, mode) => workspace.change(path, { mode: Number.parseInt(mode, 8) }),
  ],
  [pattern("os.remove", text), (workspace, path) => workspace.remove(path)],
];

const link = pattern("posix.symlink", text, text);
const question = new RegExp(`^(?:local )?([a-z]\\w*) = posix\\.stat ?\\(${text}\\)$`);
const condition = /^if ([a-z]\w*) and \1\.(?:type == "(link|directory|regular)"|mode ~= 0?[0-7]{3}) then$/;
const equality = new RegExp(`^if ${text} == ${text} then$`);
const kinds: Readonly<Record<string, Node["type"]>> = {
  link: "symlink",
  directory: "directory",
  regular: "file",
};

/**
 * What a script in Lua does that makes and removes single folders and links, one after another, as those of filesystem
 * do; undefined for any other. Lines are taken only as they are spelled there. Gives the paths of links that were not
 * made as a folder stands there.
 */
export function stepsOfLua(script: string): ((workspace: Workspace) => readonly string[]) | undefined {
  const steps: Step[] = [];
  let depth = 0;
  for (const raw of script.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("--") || (line === "return 0" && depth === 0)) continue;
    const step = line === "end" && depth > 0 ? close : stepOf(line);
    if (step === undefined) return undefined;
    if (step === close) depth -= 1;
    else if (line.startsWith("if ")) depth += 1;
    steps.push(step);
  }
  if (depth > 0 || steps.length === 0) return undefined;
  return (workspace) => {
    const state: State = { workspace, blocked: [], found: new Map(), holding: [] };
    for (const step of steps) step(state);
    return state.blocked;
  };
}

function close({ holding }: State): void {
  holding.pop();
}

function stepOf(line: string): Step | undefined {
  for (const [spelled, act] of calls) {
    const [whole, first = "", second = ""] = spelled.exec(line) ?? [];
    if (whole !== undefined)
      return ({ workspace, holding }) => {
        if (!holding.includes(false)) act(workspace, first, second);
      };
  }
  const [linked, to = "", from = ""] = link.exec(line) ?? [];
  if (linked !== undefined)
    return ({ workspace, holding, blocked }) => {
      if (holding.includes(false)) return;
      if (workspace.lookup(from)?.type === "directory") blocked.push(from);
      else workspace.symlink(from, to);
    };
  const [asked, variable = "", path = ""] = question.exec(line) ?? [];
  if (asked !== undefined) return ({ workspace, found }) => found.set(variable, workspace.lookup(path));
  const [equal, one, other] = equality.exec(line) ?? [];
  if (equal !== undefined) return ({ holding }) => holding.push(one === other);
  const [tested, about = "", kind] = condition.exec(line) ?? [];
  if (tested === undefined) return undefined;
  // A mode in Lua is a text, which differs from every number.
  return ({ found, holding }) => {
    const node = found.get(about);
    holding.push(node !== undefined && (kind === undefined || node.type === kinds[kind]));
  };
}
