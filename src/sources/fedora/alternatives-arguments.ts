import { Unsure } from "../../scripts/shell/interpret.ts";

/** `LINK NAME PATH`: a link, the name under `/etc/alternatives` that it leads to, and where that leads. */
export interface LinkSet {
  readonly link: string;
  readonly name: string;
  readonly path: string;
}

/** A command line of `alternatives`, as scriptlets spell it. */
export type AlternativesCommand =
  | {
      readonly action: "install";
      readonly leader: LinkSet;
      readonly priority: number;
      readonly followers: readonly LinkSet[];
      readonly family?: string;
      readonly initscript?: string;
    }
  | { readonly action: "remove" | "set"; readonly name: string; readonly path: string }
  | { readonly action: "remove-all" | "auto" | "display"; readonly name: string }
  | {
      readonly action: "add-follower";
      readonly name: string;
      readonly path: string;
      readonly follower: LinkSet;
    }
  | {
      readonly action: "remove-follower";
      readonly name: string;
      readonly path: string;
      readonly follower: string;
    }
  | { readonly action: "list" };

const sound = /^[A-Za-z0-9_+.@:~-]+$/;
const absolute = /^\/[^\n]+$/;
const unknown = () => new Unsure("the alternative is not known");

/** Reads the arguments (alternatives(8) of chkconfig). @throws Unsure for any that is not known */
export function parseAlternativesArguments(args: readonly string[]): AlternativesCommand {
  let at = 0;
  const next = (pattern: RegExp): string => {
    const arg = args[at] ?? "";
    if (!pattern.test(arg)) throw unknown();
    at += 1;
    return arg;
  };
  const name = () => next(sound);
  const path = () => next(absolute).replace(/\/{2,}/g, "/");
  const linkSet = (): LinkSet => ({ link: path(), name: name(), path: path() });
  let command: AlternativesCommand | undefined;
  const followers: LinkSet[] = [];
  const more: { family?: string; initscript?: string } = {};
  while (at < args.length) {
    const option = args[at] as string;
    at += 1;
    if (option === "--verbose") continue;
    if (option === "--follower" || option === "--slave") followers.push(linkSet());
    else if (option === "--family") more.family = next(/^[^@\n]+$/);
    else if (option === "--initscript") more.initscript = name();
    else if (command !== undefined) throw new Unsure(`alternatives ${option} is not known`);
    else if (option === "--install")
      command = {
        action: "install",
        leader: linkSet(),
        priority: Number(next(/^-?[0-9]{1,9}$/)),
        followers: [],
      };
    else if (option === "--remove") command = { action: "remove", name: name(), path: path() };
    // A family may be named in the place of a path.
    else if (option === "--set")
      command = { action: "set", name: name(), path: next(/^[^\n]+$/).replace(/\/{2,}/g, "/") };
    else if (option === "--remove-all" || option === "--auto" || option === "--display")
      command = { action: option.slice(2) as "auto", name: name() };
    else if (option === "--add-follower" || option === "--add-slave")
      command = { action: "add-follower", name: name(), path: path(), follower: linkSet() };
    else if (option === "--remove-follower" || option === "--remove-slave")
      command = { action: "remove-follower", name: name(), path: path(), follower: name() };
    else if (option === "--list") command = { action: "list" };
    else throw new Unsure(`alternatives ${option} is not known`);
  }
  if (command === undefined) throw unknown();
  return command.action === "install" ? { ...command, ...more, followers } : command;
}
