/** The text of a command, as `jobs` shows it. */
import type { Node, Parameter, Redirection, Word } from "./ast.ts";

export function commandText(node: Node): string {
  switch (node.kind) {
    case "simple":
      return [...node.words.map(wordText), ...node.redirections.map(redirectionText)].join(" ");
    case "sequence":
      return node.items.map(commandText).join("; ");
    case "and":
    case "or":
      return `${commandText(node.left)} ${node.kind === "and" ? "&&" : "||"} ${commandText(node.right)}`;
    case "not":
      return `!${commandText(node.body)}`;
    case "pipeline":
      return node.stages.map(commandText).join(" | ");
    case "background":
    case "redirected":
      return commandText(node.body);
    case "subshell":
      return `(${commandText(node.body)})`;
    case "function":
      return `${node.name}() { ... }`;
    case "if": {
      const otherwise = node.otherwise === undefined ? "" : `; else ${commandText(node.otherwise)}`;
      return `if ${commandText(node.condition)}; then ${commandText(node.body)}${otherwise}; fi`;
    }
    case "while":
    case "until":
      return `${node.kind} ${commandText(node.condition)}; do ${commandText(node.body)}; done`;
    case "for":
      return `for ${node.name} in ${node.words.map(wordText).join(" ")}; do ${commandText(node.body)}; done`;
    case "case": {
      const items = node.items.map(
        ({ patterns, body }) => `${patterns.map(wordText).join("")}) ${body === undefined ? "" : commandText(body)};; `,
      );
      return `case ${wordText(node.subject)} in ${items.join("")}esac`;
    }
  }
}

function redirectionText({ operator, fd, target }: Redirection): string {
  if (operator === "<<" || operator === "<<<") return "<<...";
  return `${fd}${operator === "&>" ? ">&" : operator}${wordText(target)}`;
}

function wordText(word: Word): string {
  return word
    .map((part) => {
      switch (part.kind) {
        case "text":
          return part.quoted ? `"${part.text.replace(/[$"'\\]/g, "\\$&")}"` : part.text;
        case "parameter":
          return part.quoted ? `"${parameterText(part)}"` : parameterText(part);
        case "command":
          return "$(...)";
        case "process":
          return `${part.operator}(...)`;
        case "arithmetic":
          return `$((${wordText(part.expression)}))`;
      }
      return "";
    })
    .join("")
    .replaceAll('""', "");
}

function parameterText({ name, operator, nullIsUnset, word }: Parameter): string {
  if (operator === "length") return `\${#${name}}`;
  if (operator === "value") return `\${${name}}`;
  return `\${${name}${nullIsUnset ? ":" : ""}${operator}${wordText(word)}}`;
}
