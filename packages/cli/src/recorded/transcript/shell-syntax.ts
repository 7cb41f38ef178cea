/**
 * The lines of transcripts, read: the small part of the shell's grammar that they use. Whatever is not in it is refused.
 *
 * @see POSIX.1-2024 Shell Command Language, 2.10
 */

/** What the reader does not know. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

export type WordPart =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "variable"; readonly name: string; readonly quoted: boolean }
  | { readonly kind: "output"; readonly list: ShellList; readonly quoted: boolean };

export type Word = readonly WordPart[];

export interface Redirection {
  readonly fd: 0 | 1 | 2;
  readonly kind: "read" | "write" | "duplicate";
  readonly target: Word;
}

export type ShellCommand =
  | {
      readonly kind: "simple";
      readonly assignments: readonly (readonly [string, Word])[];
      readonly words: readonly Word[];
    }
  | { readonly kind: "subshell"; readonly list: ShellList }
  | { readonly kind: "for"; readonly name: string; readonly words: readonly Word[]; readonly body: ShellList };

export interface Stage {
  readonly command: ShellCommand;
  readonly redirections: readonly Redirection[];
}

/** Pipelines with what stands before them; `&` behind one puts it into the background. */
export interface ListItem {
  readonly operator: "always" | "and" | "or";
  readonly stages: readonly Stage[];
  readonly background: boolean;
}

export type ShellList = readonly ListItem[];

const REFUSED = new Set(["if", "while", "until", "case", "{", "function", "!", "[["]);
const SPECIAL = /[\s;&|<>()]/;

/** @throws NotUnderstood */
export function readShell(text: string): ShellList {
  const reader = new Reader(text);
  const list = reader.list();
  if (!reader.isAtEnd) throw new NotUnderstood(`unexpected "${text.slice(reader.at, reader.at + 10)}"`);
  return list;
}

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    this.#skipBlanks();
    return this.at >= this.#text.length;
  }

  list(): ShellList {
    const items: ListItem[] = [];
    let operator: ListItem["operator"] = "always";
    for (;;) {
      this.#skipSeparators();
      if (this.at >= this.#text.length || this.#peek() === ")" || this.#isWord("done")) return items;
      const stages = this.#pipeline();
      this.#skipBlanks();
      const before = operator;
      operator = this.#take("&&") ? "and" : this.#take("||") ? "or" : "always";
      const background = operator === "always" && this.#take("&");
      items.push({ operator: before, stages, background });
    }
  }

  #pipeline(): readonly Stage[] {
    const stages = [this.#stage()];
    for (;;) {
      this.#skipBlanks();
      if (this.#peek() !== "|" || this.#peek(1) === "|") return stages;
      this.at++;
      this.#skipSeparators();
      stages.push(this.#stage());
    }
  }

  #stage(): Stage {
    this.#skipBlanks();
    if (this.#take("(")) {
      const list = this.list();
      if (!this.#take(")")) throw new NotUnderstood("a subshell without end");
      return { command: { kind: "subshell", list }, redirections: this.#redirections() };
    }
    if (this.#isWord("for")) return { command: this.#for(), redirections: this.#redirections() };
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      redirections.push(...this.#redirections());
      if (this.at >= this.#text.length || /[\n;&|)]/.test(this.#peek())) break;
      const [, name] = /^([A-Za-z_]\w*)=/.exec(this.#text.slice(this.at)) ?? [];
      if (name !== undefined && words.length === 0) {
        this.at += name.length + 1;
        assignments.push([name, /[\s;&|)]/.test(this.#peek() || " ") ? [] : this.#word()]);
        continue;
      }
      const word = this.#word();
      const [only] = word;
      if (words.length === 0 && word.length === 1 && only?.kind === "text" && REFUSED.has(only.text)) {
        throw new NotUnderstood(only.text);
      }
      words.push(word);
    }
    return { command: { kind: "simple", assignments, words }, redirections };
  }

  #for(): ShellCommand {
    this.at += "for".length;
    const header = /^\s+([A-Za-z_]\w*)\s+in\b/.exec(this.#text.slice(this.at));
    if (header === null) throw new NotUnderstood("for");
    this.at += header[0].length;
    const words: Word[] = [];
    for (this.#skipBlanks(); !/[;\n]/.test(this.#peek()); this.#skipBlanks()) words.push(this.#word());
    this.#skipSeparators();
    if (!this.#isWord("do")) throw new NotUnderstood("for without do");
    this.at += "do".length;
    const body = this.list();
    if (!this.#isWord("done")) throw new NotUnderstood("for without done");
    this.at += "done".length;
    return { kind: "for", name: header[1] ?? "", words, body };
  }

  #redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      this.#skipBlanks();
      const match = /^([0-2]?)(>&|>>|>|<)/.exec(this.#text.slice(this.at));
      if (match === null) return found;
      const [whole, fd, operator] = match;
      if (operator === ">>" || this.#text.startsWith("<(", this.at) || this.#text.startsWith("<<", this.at)) {
        throw new NotUnderstood(`${this.#text.slice(this.at, this.at + 2)}`);
      }
      this.at += whole.length;
      this.#skipBlanks();
      const target = this.#word();
      const number = fd === "0" || (fd === "" && operator === "<") ? 0 : fd === "2" ? 2 : 1;
      found.push({ fd: number, kind: operator === "<" ? "read" : operator === ">" ? "write" : "duplicate", target });
    }
  }

  #word(): Word {
    const parts: WordPart[] = [];
    while (this.at < this.#text.length) {
      const char = this.#peek();
      if (SPECIAL.test(char)) break;
      if (char === "'") {
        const end = this.#text.indexOf("'", this.at + 1);
        if (end < 0) throw new NotUnderstood("an open quote");
        parts.push({ kind: "text", text: this.#text.slice(this.at + 1, end), quoted: true });
        this.at = end + 1;
      } else if (char === '"') this.#doubleQuoted(parts);
      else if (char === "`") throw new NotUnderstood("`");
      else if (char === "$") parts.push(this.#expansion(false));
      else if (char === "\\") {
        parts.push({ kind: "text", text: this.#peek(1), quoted: true });
        this.at += 2;
      } else {
        const [plain = char] = /^[^\s;&|<>()'"`$\\]+/.exec(this.#text.slice(this.at)) ?? [];
        if (/[*?[]/.test(plain) && plain !== "[" && parts.length === 0 && /^[*?]/.test(plain)) {
          throw new NotUnderstood("a pattern of file names");
        }
        parts.push({ kind: "text", text: plain, quoted: false });
        this.at += plain.length;
      }
    }
    if (parts.length === 0) throw new NotUnderstood(`"${this.#peek()}" where a word should be`);
    return parts;
  }

  #doubleQuoted(parts: WordPart[]): void {
    this.at++;
    parts.push({ kind: "text", text: "", quoted: true });
    for (let char = this.#peek(); char !== '"'; char = this.#peek()) {
      if (this.at >= this.#text.length) throw new NotUnderstood("an open quote");
      if (char === "$" && /[A-Za-z_?({]/.test(this.#peek(1))) parts.push(this.#expansion(true));
      else if (char === "\\" && /[$`"\\\n]/.test(this.#peek(1))) {
        parts.push({ kind: "text", text: this.#peek(1), quoted: true });
        this.at += 2;
      } else {
        parts.push({ kind: "text", text: char, quoted: true });
        this.at++;
      }
    }
    this.at++;
  }

  #expansion(quoted: boolean): WordPart {
    const rest = this.#text.slice(this.at);
    if (rest.startsWith("$((")) throw new NotUnderstood("$((");
    if (rest.startsWith("$(")) {
      this.at += 2;
      const list = this.list();
      if (!this.#take(")")) throw new NotUnderstood("$( without end");
      return { kind: "output", list, quoted };
    }
    const match = /^\$(?:([A-Za-z_]\w*|\?)|\{([A-Za-z_]\w*)\})/.exec(rest);
    if (match === null) {
      if (!/^\$(?:[\s"';&|)/.]|$)/.test(rest)) throw new NotUnderstood(rest.slice(0, 3));
      this.at++;
      return { kind: "text", text: "$", quoted };
    }
    this.at += match[0].length;
    return { kind: "variable", name: match[1] ?? match[2] ?? "", quoted };
  }

  #isWord(word: string): boolean {
    return this.#text.startsWith(word, this.at) && !/\w/.test(this.#text[this.at + word.length] ?? "");
  }

  #peek(offset = 0): string {
    return this.#text[this.at + offset] ?? "";
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  #skipBlanks(): void {
    while (/[ \t]/.test(this.#peek())) this.at++;
  }

  #skipSeparators(): void {
    while (/[\s;]/.test(this.#peek())) this.at++;
  }
}
