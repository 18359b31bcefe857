import { nearest } from "../../bytes/nearest.ts";
import { readFlags } from "./flags.ts";
import { healthOf } from "./healthcheck.ts";
import { type Heredoc, heredocOf } from "./heredoc.ts";
import type { CommandLine, CopyInstruction, Instruction, Pair } from "./instruction.ts";
import type { Refuse } from "./refuse.ts";
import { cutAtBlanks, splitAtBlanks, trimSpace, trimSpaceStart } from "./space.ts";
import { type Escape, splitFlags, splitWords } from "./split-words.ts";

/** A logical line, taken apart as far as all instructions are alike. */
export interface Statement {
  /** In capitals. */
  readonly name: string;
  readonly flags: readonly string[];
  readonly rest: string;
  readonly line: number;
  /** As it stands, continuation lines joined. */
  readonly text: string;
  readonly escapeToken: Escape;
  readonly documents: readonly Heredoc[];
  readonly refuse: Refuse;
}

export function statementOf(text: string, line: number, escapeToken: Escape, refuse: Refuse): Statement {
  const [command, args = ""] = cutAtBlanks(trimSpace(text));
  const { flags, rest } = splitFlags(args, escapeToken);
  const name = command.toUpperCase();
  return { name, flags, rest: trimSpace(rest), line, text, escapeToken, documents: [], refuse };
}

/** The statement that ONBUILD keeps for later. */
export function triggerOf(statement: Statement): Statement {
  return statementOf(statement.rest, statement.line, statement.escapeToken, statement.refuse);
}

/** Whether the lines after it may be documents of its own: not where its arguments are JSON. */
export function mayHaveDocuments(statement: Statement): boolean {
  const own = statement.name === "ONBUILD" ? triggerOf(statement) : statement;
  if (own.name !== "RUN" && own.name !== "COPY" && own.name !== "ADD") return false;
  return jsonWords(own.rest, own.refuse) === undefined;
}

type Reader = (statement: Statement) => Instruction;

const readers: Readonly<Record<string, Reader>> = {
  ADD: copy,
  ARG: arg,
  CMD: command,
  COPY: copy,
  ENTRYPOINT: command,
  ENV: pairs,
  EXPOSE: list,
  FROM: from,
  HEALTHCHECK: health,
  LABEL: pairs,
  MAINTAINER: text,
  ONBUILD: onBuild,
  RUN: run,
  SHELL: shell,
  STOPSIGNAL: text,
  USER: text,
  VOLUME: list,
  WORKDIR: text,
};

/**
 * Reads an instruction's arguments as BuildKit does (frontend/dockerfile/parser and instructions).
 * @throws BAD_DOCKERFILE
 */
export function parseInstruction(statement: Statement): Instruction {
  const { name, refuse } = statement;
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reader !== undefined) return reader(statement);
  if (name === "") return refuse("a line is continued, but nothing follows");
  const shown = name.length > 40 ? `${name.slice(0, 37)}...` : name;
  const meant = nearest(name, Object.keys(readers));
  return refuse(`there is no instruction ${shown}${meant === undefined ? "" : `; did you mean ${meant}?`}`);
}

function written<Name extends string>({ line, text: source }: Statement, name: Name) {
  return { name, line, source: trimSpace(source) };
}

function noFlags({ flags, name, refuse }: Statement): void {
  readFlags(flags, {}, name, refuse);
}

/** The strings of a JSON array, whatever follows it; undefined for what is no JSON array. */
function jsonWords(rest: string, refuse: Refuse): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(listAtStart(trimSpaceStart(rest)));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (!value.every((word) => typeof word === "string"))
    return refuse("a list in brackets must hold strings only");
  return value;
}

/**
 * Up to the bracket that closes the first one: docker stops reading there, so that `CMD ["a"] # why` is a list. Only
 * the newest BuildKit takes all of that for a text, which no shell can run.
 */
function listAtStart(text: string): string {
  if (!text.startsWith("[")) return "";
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (quoted && mark === "\\") at += 1;
    else if (mark === '"') quoted = !quoted;
    else if (!quoted && mark === "[") depth += 1;
    else if (!quoted && mark === "]") depth -= 1;
    if (depth === 0) return text.slice(0, at + 1);
  }
  return "";
}

/** What is no JSON is a text for the shell: a list with a mistake in it, too, as docker has it. */
function commandLine({ rest, refuse }: Statement): CommandLine {
  if (rest === "") return { form: "shell", words: [] };
  const words = jsonWords(rest, refuse);
  return words === undefined ? { form: "shell", words: [rest] } : { form: "exec", words };
}

function listWords({ rest, refuse }: Statement): readonly string[] {
  return jsonWords(rest, refuse) ?? (rest === "" ? [] : splitAtBlanks(rest));
}

function from(statement: Statement): Instruction {
  const { flags, rest, refuse } = statement;
  const platform = readFlags(flags, { platform: "text" }, "FROM", refuse).text("platform");
  const [base = "", as, name, ...more] = rest === "" ? [] : splitAtBlanks(rest);
  const named = as !== undefined && as.toLowerCase() === "as" && name !== undefined && more.length === 0;
  if (base === "" || (as !== undefined && !named)) refuse("FROM takes BASE, or BASE AS NAME");
  const stage = name?.toLowerCase();
  if (stage !== undefined && !/^[a-z][a-z0-9\-_.]*$/.test(stage))
    refuse(
      `${JSON.stringify(name)} cannot name a stage, which has a letter first, then letters, digits and . _ -`,
    );
  return {
    ...written(statement, "FROM"),
    base,
    ...(stage !== undefined && { stage }),
    ...(platform !== undefined && { platform }),
  };
}

function arg(statement: Statement): Instruction {
  noFlags(statement);
  const words = splitWords(statement.rest, statement.escapeToken);
  if (words.length === 0) statement.refuse("ARG needs a NAME, or NAME=VALUE");
  const definitions = words.map((word) => {
    const equals = word.indexOf("=");
    if (equals === 0) statement.refuse("ARG needs a name before the =");
    return equals < 0 ? { key: word } : { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { ...written(statement, "ARG"), definitions };
}

function pairs(statement: Statement): Instruction {
  noFlags(statement);
  const name = statement.name === "ENV" ? "ENV" : "LABEL";
  return { ...written(statement, name), pairs: pairsIn(statement, name) };
}

/** `KEY=VALUE …`, or the old `KEY VALUE`, whose value goes to the end of the line. */
function pairsIn({ rest, escapeToken, refuse }: Statement, name: string): Pair[] {
  const words = splitWords(rest, escapeToken);
  const [first] = words;
  if (first === undefined) return refuse(`${name} needs NAME=VALUE`);
  if (!first.includes("=")) {
    const [key, value] = cutAtBlanks(rest);
    return value === undefined
      ? refuse(`${name} ${key} has no value, as in ${name} NAME=VALUE`)
      : [{ key, value }];
  }
  return words.map((word) => {
    const equals = word.indexOf("=");
    if (equals < 0) refuse(`${name} has ${JSON.stringify(word)}, which has no =, as in NAME=VALUE`);
    if (equals === 0) refuse(`${name} needs a name before the =`);
    return { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

function copy(statement: Statement): Instruction {
  const { flags, refuse, documents } = statement;
  const name = statement.name === "ADD" ? "ADD" : "COPY";
  const common = { chown: "text", chmod: "text", link: "truth", exclude: "texts" } as const;
  const kinds =
    name === "ADD"
      ? ({ ...common, checksum: "text", unpack: "truth", "keep-git-dir": "truth" } as const)
      : ({ ...common, from: "text", parents: "truth" } as const);
  const given = readFlags(flags, kinds, name, refuse);
  const words = listWords(statement);
  const destination = words.at(-1);
  if (destination === undefined || words.length < 2)
    return refuse(`${name} needs a source and a destination`);
  if (heredocOf(destination) !== undefined) refuse(`${name} cannot write to a heredoc`);
  const sources: string[] = [];
  const own: Heredoc[] = [];
  for (const word of words.slice(0, -1)) {
    const announced = heredocOf(word);
    const document = announced && documents.findLast((one) => one.name === announced.name);
    if (document === undefined) sources.push(word);
    else own.push(document);
  }
  return {
    ...written(statement, name),
    sources,
    documents: own,
    destination,
    link: given.truth("link") ?? false,
    parents: given.truth("parents") ?? false,
    exclude: given.texts("exclude"),
    ...optional("from", given.text("from")),
    ...optional("chown", given.text("chown")),
    ...optional("chmod", given.text("chmod")),
    ...optional("checksum", given.text("checksum")),
    ...optional("unpack", given.truth("unpack")),
  } satisfies CopyInstruction;
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { [Name in Key]?: Value };
}

function run(statement: Statement): Instruction {
  const command = commandLine(statement);
  return { ...written(statement, "RUN"), command, documents: statement.documents };
}

function command(statement: Statement): Instruction {
  noFlags(statement);
  const name = statement.name === "CMD" ? "CMD" : "ENTRYPOINT";
  return { ...written(statement, name), command: commandLine(statement) };
}

function shell(statement: Statement): Instruction {
  noFlags(statement);
  const words = jsonWords(statement.rest, statement.refuse);
  if (words === undefined || words.length === 0)
    return statement.refuse('SHELL needs a list in brackets, as in ["/bin/sh", "-c"]');
  return { ...written(statement, "SHELL"), shell: words };
}

function list(statement: Statement): Instruction {
  noFlags(statement);
  const { rest, refuse } = statement;
  const isVolume = statement.name === "VOLUME";
  const name = isVolume ? "VOLUME" : "EXPOSE";
  const words = isVolume ? listWords(statement) : rest === "" ? [] : splitAtBlanks(rest);
  if (words.length === 0) refuse(`${name} needs ${isVolume ? "a path" : "a port, as in EXPOSE 8080/tcp"}`);
  const items = isVolume ? words.map(trimSpace) : words;
  if (items.includes("")) refuse("VOLUME cannot be an empty path");
  return { ...written(statement, name), items };
}

function text(statement: Statement): Instruction {
  noFlags(statement);
  const name = statement.name as "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER";
  if (statement.rest === "") statement.refuse(`${name} needs a value`);
  return { ...written(statement, name), text: statement.rest };
}

function health(statement: Statement): Instruction {
  const { flags, refuse } = statement;
  const [type = "", rest = ""] = cutAtBlanks(statement.rest);
  const command = commandLine({ ...statement, rest });
  return {
    ...written(statement, "HEALTHCHECK"),
    health: healthOf(type.toUpperCase(), command, flags, refuse),
  };
}

function onBuild(statement: Statement): Instruction {
  const { refuse, documents } = statement;
  noFlags(statement);
  const trigger = triggerOf(statement);
  if (trigger.name === "") refuse("ONBUILD needs an instruction");
  if (["ONBUILD", "FROM", "MAINTAINER"].includes(trigger.name))
    refuse(`ONBUILD cannot keep a ${trigger.name} for later`);
  parseInstruction({ ...trigger, documents });
  const plain = statement.text.replace(/^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i, "");
  const own = documents.map(({ name, content }) => `\n${content}${name}`);
  return { ...written(statement, "ONBUILD"), trigger: plain + own.join("") };
}
