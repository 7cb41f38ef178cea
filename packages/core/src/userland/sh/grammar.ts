/**
 * What may come next: an automaton over the tokens of the shell's grammar.
 *
 * A general parser reads a whole script; the shell must know while it reads. Whether a word is a keyword or an alias,
 * where a command ends, and which token is the wrong one are questions about the place in the grammar, and the answers
 * are ash's own. The automaton keeps that place: a stack of open constructs, each with a state. It builds nothing; it
 * says how each token is to be written for the parser that does (`skeleton.ts`).
 *
 * @see POSIX.1-2017, Shell Command Language, 2.10 Shell Grammar
 */
import { assignedName } from "./ast.ts";
import { isName } from "./characters.ts";
import { describe, type Lookout, type Token, type WordToken } from "./token.ts";

/** A token that cannot stand where it does; `message` as ash has it. */
export class Refusal {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Refuses `token`; `expected` is what alone could stand there. */
export function unexpected(token: Token, expected?: string): Refusal {
  return new Refusal(`unexpected ${describe(token)}${expected === undefined ? "" : ` (expecting ${expected})`}`);
}

/** A construct that encloses a list of commands. */
type Construct =
  | "line"
  | "substitution"
  | "backquotes"
  | "condition"
  | "if-body"
  | "else-body"
  | "loop-condition"
  | "loop-body"
  | "brace"
  | "paren"
  | "item";

interface Ending {
  /** What ends the list: the construct that follows then, or `pop` if it was the last. */
  readonly ends: ReadonlyMap<string, Construct | "pop">;
  /** How a message calls what is missing. */
  readonly expected?: string;
}

const ending = (expected: string, ...ends: readonly (readonly [string, Construct | "pop"])[]): Ending => ({
  ends: new Map(ends),
  expected: `"${expected}"`,
});
const NO_ENDING: Ending = { ends: new Map() };

const ENDINGS: Readonly<Record<Construct, Ending>> = {
  line: NO_ENDING,
  substitution: ending(")", [")", "pop"]),
  backquotes: NO_ENDING,
  condition: ending("then", ["then", "if-body"]),
  "if-body": ending("fi", ["elif", "condition"], ["else", "else-body"], ["fi", "pop"]),
  "else-body": ending("fi", ["fi", "pop"]),
  "loop-condition": ending("do", ["do", "loop-body"]),
  "loop-body": ending("done", ["done", "pop"]),
  brace: ending("}", ["}", "pop"]),
  paren: ending(")", [")", "pop"]),
  item: ending(";;", [";;", "pop"], ["esac", "pop"]),
};

/** Tokens that end a list, whether it is theirs or not. */
const ENDERS: ReadonlySet<string> = new Set([")", ";;", "do", "done", "elif", "else", "esac", "fi", "then", "}"]);

type State =
  /** At the start of a list, after `&&` or `||`, after `|`, after `!`, after `name()`. */
  | "command"
  | "pipeline"
  | "stage"
  | "negated"
  | "body"
  /** In a simple command: only assignments and redirections so far, or more. */
  | "prefix"
  | "words"
  /** After a compound command, and after a redirection of it. */
  | "tail"
  | "redirected"
  | "function-name"
  | "function-open"
  | "function-close"
  | "for-name"
  | "for-in"
  | "for-words"
  | "for-do"
  | "case-word"
  | "case-in"
  | "pattern"
  | "pattern-word"
  | "pattern-next";

const ANYTHING: Lookout = { keywords: true, aliases: true, skipsNewlines: true };
const NO_NEWLINES: Lookout = { keywords: true, aliases: true, skipsNewlines: false };
const NO_ALIASES: Lookout = { keywords: true, aliases: false, skipsNewlines: true };
const ONLY_ALIASES: Lookout = { keywords: false, aliases: true, skipsNewlines: false };
const WORDS: Lookout = { keywords: false, aliases: false, skipsNewlines: false };

const LOOKOUTS: Readonly<Record<State, Lookout>> = {
  command: ANYTHING,
  pipeline: ANYTHING,
  stage: ANYTHING,
  negated: NO_NEWLINES,
  body: ANYTHING,
  prefix: ONLY_ALIASES,
  words: WORDS,
  tail: NO_NEWLINES,
  redirected: WORDS,
  "function-name": WORDS,
  "function-open": NO_ALIASES,
  "function-close": WORDS,
  "for-name": WORDS,
  "for-in": ANYTHING,
  "for-words": WORDS,
  "for-do": ANYTHING,
  "case-word": WORDS,
  "case-in": ANYTHING,
  pattern: NO_ALIASES,
  "pattern-word": WORDS,
  "pattern-next": WORDS,
};

interface Frame {
  construct: Construct;
  state: State;
  /** The list has a command already. */
  filled: boolean;
  /** The simple command is a single word: `(` would make it a function. */
  single: boolean;
  /** A token in the place of a pattern that is no word. */
  odd?: Token;
  /** Inside of `[[`, `&&` and `||` are words. */
  brackets: boolean;
  /** Simple commands that are bodies of functions, and were given braces. */
  wrapped: number;
}

const frameOf = (construct: Construct): Frame => ({
  construct,
  state: "command",
  filled: construct === "item" || construct === "substitution" || construct === "backquotes",
  single: false,
  brackets: false,
  wrapped: 0,
});

export class Grammar {
  readonly #frames: Frame[];
  #finished = false;

  /** `line` ends with its newline, `substitution` with a parenthesis, `backquotes` with the text. */
  constructor(construct: "line" | "substitution" | "backquotes") {
    this.#frames = [frameOf(construct)];
  }

  get finished(): boolean {
    return this.#finished;
  }

  get lookout(): Lookout {
    const { state, construct } = this.#frame;
    return construct === "line" && state === "command" ? NO_NEWLINES : LOOKOUTS[state];
  }

  /** Goes on with `token`. `name` is what the parser is to see of a word or a redirection. @throws Refusal */
  accept(token: Token, name: string): string {
    const frame = this.#frame;
    switch (frame.state) {
      case "command":
      case "pipeline":
      case "stage":
      case "negated":
      case "body":
        return this.#start(frame, token, name);
      case "prefix":
      case "words":
      case "tail":
      case "redirected":
        return this.#continue(frame, token, name);
      case "function-name":
      case "function-open":
      case "function-close":
        return this.#function(frame, token, name);
      case "for-name":
      case "for-in":
      case "for-words":
      case "for-do":
        return this.#for(frame, token, name);
      default:
        return this.#case(frame, token, name);
    }
  }

  get #frame(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  /** Where a command may start. */
  #start(frame: Frame, token: Token, name: string): string {
    if (token.kind === "redirection") return this.#startSimple(frame, "prefix", name);
    if (token.kind === "word" && !token.isKeyword) {
      const state = assignedName(token.word) === undefined ? "words" : "prefix";
      const text = this.#startSimple(frame, state, name);
      frame.single = state === "words";
      frame.brackets = token.text === "[[";
      return text;
    }
    const word = textOf(token);
    switch (word) {
      case "if":
      case "while":
      case "until":
        return this.#open(word === "if" ? "condition" : "loop-condition", word);
      case "{":
        return this.#open("brace", word);
      case "(":
        return this.#open("paren", word);
      case "for":
        frame.state = "for-name";
        return word;
      case "case":
        frame.state = "case-word";
        return word;
      case "function":
        frame.state = "function-name";
        return "";
      case "!":
        if (frame.state !== "command" && frame.state !== "pipeline") throw unexpected(token);
        frame.state = "negated";
        return word;
    }
    if (frame.state === "command" && (frame.filled || word === "newline" || word === "end")) {
      if (frame.construct === "line") {
        if (word !== "newline" && word !== "end") throw unexpected(token);
        this.#finished = true;
        return "";
      }
      if (word === "end" || ENDERS.has(word)) return this.#close(frame, token);
    }
    throw unexpected(token);
  }

  #startSimple(frame: Frame, state: "prefix" | "words", name: string): string {
    const isBody = frame.state === "body";
    frame.state = state;
    frame.single = false;
    frame.brackets = false;
    if (!isBody) return name;
    // The parser knows no bodies that are simple commands: it gets a list in braces.
    frame.wrapped++;
    return `{ ${name}`;
  }

  /** Inside of a command, and after it. */
  #continue(frame: Frame, token: Token, name: string): string {
    const simple = frame.state === "prefix" || frame.state === "words";
    if (token.kind === "redirection") {
      frame.single = false;
      if (!simple) frame.state = "redirected";
      return name;
    }
    if (simple && token.kind === "word" && !token.isKeyword) return this.#nextWord(frame, token, name);
    const word = textOf(token);
    if (frame.brackets && simple && (word === "&&" || word === "||")) return name;
    if (word === "(" && simple && frame.single) {
      frame.state = "function-close";
      return "(";
    }
    const wrapped = frame.wrapped;
    frame.wrapped = 0;
    return " ;}".repeat(wrapped) + this.#separator(frame, token, word);
  }

  #nextWord(frame: Frame, token: WordToken, name: string): string {
    if (token.text === "[[") frame.brackets = true;
    else if (token.text === "]]") frame.brackets = false;
    if (frame.state === "prefix" && assignedName(token.word) === undefined) {
      frame.state = "words";
      return name;
    }
    frame.single = false;
    return name;
  }

  #separator(frame: Frame, token: Token, word: string): string {
    switch (word) {
      case "&&":
      case "||":
        frame.state = "pipeline";
        return word;
      case "|":
        frame.state = "stage";
        return word;
      case ";":
      case "&":
        frame.state = "command";
        frame.filled = true;
        return word;
      case "newline":
        frame.state = "command";
        frame.filled = true;
        this.#finished = frame.construct === "line";
        return "\n";
    }
    if (word === "end" && frame.construct === "line") {
      this.#finished = true;
      return "";
    }
    // A keyword right after a compound command ends the list; the parser wants to see a separator.
    return `\n${this.#close(frame, token)}`;
  }

  #open(construct: Construct, text: string): string {
    this.#frames.push(frameOf(construct));
    return text;
  }

  /** The end of the list of `frame`. */
  #close(frame: Frame, token: Token): string {
    const { ends, expected } = ENDINGS[frame.construct];
    const word = textOf(token);
    if (word === "end" && frame.construct === "backquotes") {
      this.#finished = true;
      return "";
    }
    const next = ends.get(word);
    if (next === undefined) throw unexpected(token, expected);
    if (next !== "pop") {
      Object.assign(frame, frameOf(next));
      return word;
    }
    this.#frames.pop();
    if (this.#frames.length === 0) {
      this.#finished = true;
      return "";
    }
    this.#frame.state = word === ";;" ? "pattern" : "tail";
    return word;
  }

  /** `name()` and `function name`. */
  #function(frame: Frame, token: Token, name: string): string {
    if (frame.state === "function-name") {
      if (token.kind !== "word") throw unexpected(token, "word");
      frame.state = "function-open";
      return name;
    }
    const word = textOf(token);
    if (frame.state === "function-close") {
      if (word !== ")") throw unexpected(token, '")"');
      frame.state = "body";
      return word;
    }
    if (word === "(") {
      frame.state = "function-close";
      return word;
    }
    const starts = ["{", "if", "case", "until", "while", "for"].includes(word) || isBrackets(token);
    if (!starts) throw unexpected(token);
    frame.state = "body";
    return `() ${this.#start(frame, token, name)}`;
  }

  #for(frame: Frame, token: Token, name: string): string {
    const word = textOf(token);
    switch (frame.state) {
      case "for-name":
        if (!isLoopVariable(token)) throw new Refusal("bad for loop variable");
        frame.state = "for-in";
        return name;
      case "for-in":
        frame.state = "for-do";
        if (word === ";") return word;
        if (word !== "in") return this.#for(frame, token, name);
        frame.state = "for-words";
        return word;
      case "for-words":
        if (token.kind === "word") return name;
        if (word !== ";" && word !== "newline") throw unexpected(token);
        frame.state = "for-do";
        return ";";
      default:
        if (word !== "do") throw unexpected(token, '"do"');
        return this.#open("loop-body", word);
    }
  }

  #case(frame: Frame, token: Token, name: string): string {
    const word = textOf(token);
    switch (frame.state) {
      case "case-word":
        if (token.kind !== "word") throw unexpected(token, "word");
        frame.state = "case-in";
        return name;
      case "case-in":
        if (word !== "in") throw unexpected(token, '"in"');
        frame.state = "pattern";
        return word;
      case "pattern":
        frame.state = "pattern-word";
        if (word === "(") return "";
        if (word !== "esac") return this.#case(frame, token, name);
        frame.state = "tail";
        return word;
      case "pattern-word":
        // Any token is taken for a pattern; what is missing shows behind it.
        if (token.kind !== "word") frame.odd = token;
        frame.state = "pattern-next";
        return name;
      default:
        if (frame.odd !== undefined) throw unexpected(token.kind === "word" ? token : frame.odd, '")"');
        if (word === "|") {
          frame.state = "pattern-word";
          return word;
        }
        if (word !== ")") throw unexpected(token, '")"');
        return this.#open("item", word);
    }
  }
}

/** The text by which the grammar knows a token: a keyword, an operator, `newline`, `end`; nothing for a word. */
function textOf(token: Token): string {
  if (token.kind === "punctuation") return token.text;
  if (token.kind === "word") return token.isKeyword ? (token.text ?? "") : "";
  return token.kind === "redirection" ? "" : token.kind;
}

function isBrackets(token: Token): boolean {
  return token.kind === "word" && token.text === "[[";
}

function isLoopVariable(token: Token): boolean {
  return token.kind === "word" && token.text !== undefined && isName(token.text);
}
