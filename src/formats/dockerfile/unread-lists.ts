import type { Instruction } from "./instruction.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";

/**
 * A sentence for each instruction whose list in brackets is none, as `CMD ["x",]`: docker takes it for text, and says
 * nothing. A shell's own `[ "$A" = b ] && c` is no list.
 */
export function unreadLists(instructions: readonly Instruction[], file: string): readonly string[] {
  return instructions.filter(hasUnreadList).map(({ line, source }) => `${file}:${line}: ${sentence(source)}`);
}

/** The same for instructions given one by one. @throws BAD_DOCKERFILE */
export function unreadListsInChanges(changes: readonly string[]): readonly string[] {
  const { instructions } = parseDockerfile(changes.join("\n"), "--change");
  return instructions.filter(hasUnreadList).map(({ source }) => `--change: ${sentence(source)}`);
}

function sentence(source: string): string {
  const shown = source.length > 60 ? `${source.slice(0, 57)}...` : source;
  return `${shown} looks like a list but is not JSON, so it is taken as plain text.`;
}

function hasUnreadList(instruction: Instruction): boolean {
  switch (instruction.name) {
    case "CMD":
    case "ENTRYPOINT": {
      const { form, words } = instruction.command;
      return form === "shell" && listLike.test(words[0] ?? "");
    }
    case "HEALTHCHECK": {
      const [kind, text = ""] = instruction.health.Test ?? [];
      return kind === "CMD-SHELL" && listLike.test(text);
    }
    case "VOLUME":
      return instruction.items[0]?.startsWith("[") === true;
    default:
      return false;
  }
}

const listLike = /^\[(?:["']|\s+["'][^"']*["']\s*,)/;
