/** The shape of a POSIX shell program (POSIX.1-2017, XCU chapter 2), as far as maintainer scripts need it. */

/** Which shell `sh` is: dash, say, or one that knows more. busybox shares some of what bash adds to POSIX. */
export type Dialect = "posix" | "busybox" | "bash";

export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: "parameter";
      readonly name: string;
      /** `:-`, `#`, `%%`, …; `length` for `${#name}`. */
      readonly operator?: string;
      readonly word?: Word;
      readonly quoted: boolean;
    }
  | { readonly kind: "substitution"; readonly body: Command; readonly quoted: boolean }
  | { readonly kind: "arithmetic"; readonly text: string; readonly quoted: boolean };

/** Pieces that stand together without a blank. */
export type Word = readonly Piece[];

export interface Redirection {
  readonly descriptor: number;
  readonly operator: "<" | ">" | ">>" | "<&" | ">&" | "<<";
  /** For `<<` the text of the here-document. */
  readonly target: Word;
}

export interface SimpleCommand {
  readonly kind: "simple";
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
  /** 1-based. */
  readonly line: number;
}

export type Command =
  | SimpleCommand
  | { readonly kind: "pipeline"; readonly commands: readonly Command[]; readonly negated: boolean }
  | { readonly kind: "and" | "or"; readonly first: Command; readonly second: Command }
  | { readonly kind: "list"; readonly commands: readonly Command[] }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly condition: Command; readonly body: Command }[];
      readonly otherwise: Command | undefined;
      readonly line: number;
    }
  | {
      readonly kind: "case";
      readonly word: Word;
      readonly branches: readonly { readonly patterns: readonly Word[]; readonly body: Command }[];
      readonly line: number;
    }
  | {
      readonly kind: "for";
      readonly name: string;
      /** Undefined means the positional parameters. */
      readonly words: readonly Word[] | undefined;
      readonly body: Command;
      readonly line: number;
    }
  | {
      readonly kind: "while";
      readonly condition: Command;
      readonly body: Command;
      readonly until: boolean;
      readonly line: number;
    }
  | { readonly kind: "function"; readonly name: string; readonly body: Command }
  | { readonly kind: "subshell" | "group"; readonly body: Command }
  | { readonly kind: "redirected"; readonly body: Command; readonly redirections: readonly Redirection[] };
