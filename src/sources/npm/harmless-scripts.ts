/** A command that no container needs to have run, matched as a whole. */
interface HarmlessCommand {
  readonly command: RegExp;
  readonly why: string;
}

const hooks = "sets up git hooks for its own developers";
const money = "asks for money";
const check = "looks at how it is installed";

export const harmlessCommands: readonly HarmlessCommand[] = [
  { command: /^(?:npx )?(?:husky|yorkie|ghooks|simple-git-hooks|lefthook)(?: install)?$/, why: hooks },
  { command: /^(?:is-ci|pinst --(?:en|dis)able)$/, why: hooks },
  { command: /^(?:opencollective(?:-postinstall)?|opencollective postinstall)$/, why: money },
  { command: /^node \S{0,60}opencollective\S{0,40}$/, why: money },
  { command: /^node attribution\.js$/, why: "says whose work it is" },
  { command: /^(?:npx )?(?:only-allow|check-node-version|check-engines?)\b[^`$]{0,60}$/, why: check },
  { command: /^node scripts\/preinstall-entry\.js$/, why: check },
  { command: /^(?:echo\b[^`$>|]{0,200}|true|:|exit 0)$/, why: "does nothing" },
];

/** Packages whose script is known to do nothing that the package needs, whatever its line looks like. */
export const harmlessPackages: Readonly<Record<string, string>> = {
  "@apollo/protobufjs": "warns of how versions are written",
  "@scarf/scarf": "tells its makers that it was installed",
  "aws-sdk": "says that it is no longer maintained",
  "core-js": money,
  "core-js-bundle": money,
  "core-js-pure": money,
  ejs: money,
  "es5-ext": "prints a message",
  nodemon: money,
  protobufjs: "warns of how versions are written",
  ssh2: "compiles faster ciphers, which it does without",
  "styled-components": money,
};

/** The last of a line's alternatives succeeds whatever happened before it. */
const mayFail = /\|\|\s*\(?\s*(?:true|:|exit 0|echo\b[^`$>|]{0,200})\s*\)?\s*$/;

/** Why a package's script does not matter in a container; undefined where nobody knows that. */
export function whyHarmless(name: string, line: string): string | undefined {
  if (Object.hasOwn(harmlessPackages, name)) return harmlessPackages[name];
  const whys = line.split(/&&|\|\||;/).map((part) => whyOf(part.trim()));
  if (whys.every((why) => why !== undefined)) return whys[0];
  return mayFail.test(line) ? "may fail by its own account, so that the package does without" : undefined;
}

function whyOf(command: string): string | undefined {
  return harmlessCommands.find((known) => known.command.test(command))?.why;
}
