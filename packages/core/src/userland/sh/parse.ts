/**
 * The adapter of unbash: the only file that knows it. Turns a skeleton into the shell's own tree.
 *
 * unbash parses all of bash. The skeleton holds only what ash has, and is known to be correct, so that most of unbash's
 * tree cannot occur; a node that does is our own mistake.
 *
 * @see https://www.npmjs.com/package/unbash
 */
import {
  type Case as BashCase,
  type Command as BashCommand,
  type For as BashFor,
  type If as BashIf,
  type Pipeline as BashPipeline,
  type Redirection as BashRedirection,
  type Word as BashWord,
  type CommandNode,
  type CompoundCommand,
  type PipelineNode,
  parse as parseBash,
  type Statement,
} from "unbash";
import { AssertionFailure, assert } from "../../lib/index.ts";
import { ALL_PARAMETERS, assignedName, literal, type Node, type Redirection, type Simple, type Word } from "./ast.ts";
import type { Skeleton, SkeletonWord } from "./skeleton.ts";

/** The tree of a skeleton; `undefined` if it holds no command. */
export function parse(skeleton: Skeleton): Node | undefined {
  if (skeleton.isEmpty) return undefined;
  const script = parseBash(skeleton.text);
  assert((script.errors ?? []).length === 0, `unbash refuses ${skeleton.text}: ${script.errors?.[0]?.message}`);
  return new Builder(skeleton).list(script.commands);
}

class Builder {
  readonly #skeleton: Skeleton;

  constructor(skeleton: Skeleton) {
    this.#skeleton = skeleton;
  }

  list(statements: readonly Statement[]): Node | undefined {
    const items = statements.map((statement) => this.#statement(statement));
    return items.length < 2 ? items[0] : { kind: "sequence", items };
  }

  /** A list that the grammar does not allow to be empty. */
  #body(list: { readonly commands: readonly Statement[] }): Node {
    const node = this.list(list.commands);
    assert(node !== undefined, "an empty list");
    return node;
  }

  #statement(statement: Statement): Node {
    const { command } = statement;
    const node = command.type === "AndOr" ? this.#andOr(command) : this.#pipelineNode(command);
    if (statement.background !== true) return node;
    // ash forgets to note the line: messages of a background command are about line 0.
    return { kind: "background", body: node, line: node.kind === "redirected" ? node.line : 0 };
  }

  #andOr(list: { readonly commands: readonly PipelineNode[]; readonly operators: readonly string[] }): Node {
    const [first, ...rest] = list.commands.map((command) => this.#pipelineNode(command));
    assert(first !== undefined, "an empty and-or list");
    return rest.reduce((left, right, i) => ({ kind: list.operators[i] === "&&" ? "and" : "or", left, right }), first);
  }

  #pipelineNode(node: PipelineNode): Node {
    if (node.type !== "Pipeline") return this.#command(node);
    return this.#pipeline(node);
  }

  #pipeline({ commands, prefixes }: BashPipeline): Node {
    const stages = commands.map((command) => this.#command(command));
    const [only] = stages;
    const node: Node = stages.length === 1 && only !== undefined ? only : { kind: "pipeline", stages };
    return prefixes.length === 0 ? node : { kind: "not", body: node };
  }

  #command(node: CommandNode): Node {
    switch (node.type) {
      case "Command":
        return this.#simple(node);
      case "Redirected":
        return this.#redirected(node.command, node.redirects, node.pos);
      case "Function": {
        const { word, line } = this.#word(node.name);
        assert(node.body.type !== "CompoundList", "a function without a body");
        return { kind: "function", name: nameOf(word), body: this.#command(node.body), line };
      }
      case "Coproc":
        return impossible(node.type);
      default:
        return this.#compound(node);
    }
  }

  #redirected(command: CompoundCommand, redirects: readonly BashRedirection[], pos: number): Node {
    const redirections = redirects.map((redirect) => this.#redirection(redirect));
    const body = this.#compound(command);
    if (body.kind === "subshell") return { ...body, redirections };
    return { kind: "redirected", body, redirections, line: this.#line(pos) };
  }

  #compound(node: CompoundCommand): Node {
    switch (node.type) {
      case "If":
        return this.#if(node.clause, node.then, node.elif, node.else);
      case "While":
        return { kind: node.kind, condition: this.#body(node.clause), body: this.#body(node.body) };
      case "For":
        return this.#for(node);
      case "Case":
        return this.#case(node);
      case "Subshell":
        return { kind: "subshell", body: this.#body(node.body), redirections: [], line: this.#line(node.pos) };
      case "BraceGroup":
        return this.#body(node.body);
      default:
        return impossible(node.type);
    }
  }

  #if(clause: BashIf["clause"], then: BashIf["then"], elif: BashIf["elif"], last: BashIf["else"]): Node {
    const [next, ...rest] = elif;
    const otherwise =
      next !== undefined
        ? this.#if(next.clause, next.then, rest, last)
        : last === undefined
          ? undefined
          : this.#body(last);
    return { kind: "if", condition: this.#body(clause), body: this.#body(then), otherwise };
  }

  #for(node: BashFor): Node {
    const words = node.wordlist?.map((word) => this.#word(word).word) ?? [ALL_PARAMETERS];
    const name = nameOf(this.#word(node.name).word);
    return { kind: "for", name, words, body: this.#body(node.body), line: this.#line(node.pos) };
  }

  #case(node: BashCase): Node {
    const items = node.items.map((item) => ({
      patterns: item.pattern.map((pattern) => this.#word(pattern).word),
      body: this.list(item.body.commands),
    }));
    return { kind: "case", subject: this.#word(node.word).word, items, line: this.#line(node.pos) };
  }

  #simple(node: BashCommand): Simple {
    const words: SkeletonWord[] = [];
    const redirections: Redirection[] = [];
    let line: number | undefined;
    const named = node.name === undefined ? [] : [node.name];
    for (const part of [...node.prefix, ...named, ...node.suffix]) {
      switch (part.type) {
        case "Word":
          words.push(this.#word(part));
          line ??= words[0]?.line;
          break;
        case "Assignment":
          impossible(part.type);
          break;
        default:
          line ??= this.#skeleton.redirections[redirectionIndex(part)]?.line;
          redirections.push(this.#redirection(part));
      }
    }
    const first = words.findIndex(({ word }) => assignedName(word) === undefined);
    const count = first < 0 ? words.length : first;
    const plain = words.map(({ word }) => word);
    return {
      kind: "simple",
      assignments: plain.slice(0, count),
      words: plain.slice(count),
      redirections,
      line: line ?? this.#line(node.pos),
    };
  }

  #redirection(node: BashRedirection): Redirection {
    const redirection = this.#skeleton.redirections[redirectionIndex(node)]?.redirection;
    assert(redirection !== undefined, "a redirection without a target");
    return redirection;
  }

  #word({ text }: BashWord): SkeletonWord {
    const word = this.#skeleton.words[Number(text.slice(1))];
    assert(word !== undefined, `no word is called ${text}`);
    return word;
  }

  #line(pos: number): number {
    return this.#skeleton.lines.get(pos) ?? 0;
  }
}

function redirectionIndex(node: BashRedirection): number {
  assert(node.type === "Redirect" && node.target !== undefined, "a redirection that the skeleton does not write");
  return Number(node.target.text.slice(1));
}

/** The name of a function or a loop's variable: keywords and odd characters included, but nothing that is expanded. */
function nameOf(word: Word): string {
  return literal(word) ?? word.map((part) => (part.kind === "text" ? part.text : "")).join("");
}

function impossible(type: string): never {
  throw new AssertionFailure(`unbash found ${type} in a skeleton`);
}
