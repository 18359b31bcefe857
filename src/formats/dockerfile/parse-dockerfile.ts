import { TareError } from "../../errors.ts";
import { type Heredoc, heredocsIn } from "./heredoc.ts";
import type { Dockerfile, Instruction } from "./instruction.ts";
import { LineReader, terminatorOf } from "./logical-lines.ts";
import { mayHaveDocuments, parseInstruction, statementOf } from "./parse-instruction.ts";
import { type Refuse, refuseAt } from "./refuse.ts";

/** Characters of a Dockerfile; what is larger was not written by hand. */
const textLimit = 4 << 20;
const instructionLimit = 20_000;

/**
 * A Dockerfile's text as its instructions, in order. Nothing is replaced yet, and whether the instructions make sense
 * together (FROM first) is not asked.
 * @param file what the text is called in sentences
 * @throws BAD_DOCKERFILE, TOO_LARGE
 */
export function parseDockerfile(text: string, file: string): Dockerfile {
  if (text.length > textLimit) throw new TareError({ code: "TOO_LARGE", what: file, limit: textLimit });
  const reader = new LineReader(text, file);
  const instructions: Instruction[] = [];
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    const refuse = refuseAt({ file, line: next.line });
    if (instructions.length === instructionLimit) refuse(`it has more than ${instructionLimit} instructions`);
    const statement = statementOf(next.text, next.line, reader.directives.escapeToken, refuse);
    const documents = mayHaveDocuments(statement) ? readDocuments(next.text, reader, refuse) : [];
    instructions.push(parseInstruction({ ...statement, documents }));
  }
  const { directives } = reader;
  return { file, directives, escapeToken: directives.escapeToken, instructions };
}

function readDocuments(line: string, reader: LineReader, refuse: Refuse): Heredoc[] {
  return heredocsIn(line).map((announced) => {
    const lines: string[] = [];
    for (let raw = reader.raw(); raw !== undefined; raw = reader.raw()) {
      if (terminatorOf(raw, announced.chomp) === announced.name)
        return { ...announced, content: lines.join("") };
      lines.push(raw);
    }
    return refuse(
      `the heredoc ${JSON.stringify(announced.name)} has no end: a line with nothing but its name`,
    );
  });
}
