import { type Expansion, expand, expandWords, type Variables } from "./expand.ts";
import { heredocText } from "./heredoc.ts";
import type { ConfigInstruction, CopyInstruction, Instruction } from "./instruction.ts";
import { type Place, refuseAt } from "./refuse.ts";
import type { Escape } from "./split-words.ts";

/** What an expansion needs to know besides the instruction. */
export interface Surroundings {
  readonly variables: Variables;
  readonly escapeToken: Escape;
  readonly file: string;
}

/**
 * The instruction with the variables of its arguments replaced and their quotes taken away, where docker does so:
 * not in commands (CMD, ENTRYPOINT, RUN, HEALTHCHECK, SHELL), MAINTAINER and ONBUILD. ARG and FROM are the builder's.
 * @throws BAD_DOCKERFILE
 */
export function expandInstruction<Some extends ConfigInstruction | CopyInstruction>(
  instruction: Some,
  surroundings: Surroundings,
): Some {
  return expanded(instruction, surroundings) as Some;
}

function expanded(instruction: ConfigInstruction | CopyInstruction, surroundings: Surroundings): Instruction {
  const how = expansion(surroundings, instruction.line);
  const word = (text: string) => expand(text, how);
  switch (instruction.name) {
    case "ENV":
    case "LABEL": {
      const pairs = instruction.pairs.map(({ key, value }) => ({ key: word(key), value: word(value) }));
      return { ...instruction, pairs };
    }
    case "EXPOSE":
      return { ...instruction, items: instruction.items.flatMap((item) => expandWords(item, how)) };
    case "VOLUME":
      return { ...instruction, items: instruction.items.map(word) };
    case "USER":
    case "WORKDIR":
    case "STOPSIGNAL":
      return { ...instruction, text: word(instruction.text) };
    case "COPY":
    case "ADD":
      return expandedCopy(instruction, how);
    default:
      return instruction;
  }
}

function expandedCopy(instruction: CopyInstruction, how: Expansion): CopyInstruction {
  const { chown, chmod, checksum } = instruction;
  const word = (text: string) => expand(text, how);
  return {
    ...instruction,
    sources: instruction.sources.map(word),
    destination: word(instruction.destination),
    documents: instruction.documents.map((document) => {
      const content = heredocText(document);
      const inside = { ...how, escapeToken: "\\", quotes: "plain" } as const;
      return { ...document, chomp: false, content: document.expand ? expand(content, inside) : content };
    }),
    ...(chown !== undefined && { chown: word(chown) }),
    ...(chmod !== undefined && { chmod: word(chmod) }),
    ...(checksum !== undefined && { checksum: word(checksum) }),
  };
}

/** How the words of one line are expanded. */
export function expansion({ variables, escapeToken, file }: Surroundings, line: Place["line"]): Expansion {
  return { variables, escapeToken, refuse: refuseAt({ file, line }) };
}
