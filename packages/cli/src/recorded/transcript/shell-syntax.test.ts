import { expect, it } from "vitest";
import { NotUnderstood, readShell, type Word } from "./shell-syntax.ts";

/** The words of every command, one text a pipeline stage. */
function shapes(line: string): readonly string[] {
  return readShell(line).map(({ operator, stages, background }) => {
    const words = stages.map(({ command, redirections }) => {
      const text = command.kind === "simple" ? command.words.map(plain).join(",") : command.kind;
      return text + redirections.map(({ fd, kind }) => ` ${fd}:${kind}`).join("");
    });
    return `${operator} ${words.join(" | ")}${background ? " &" : ""}`;
  });
}

function plain(word: Word): string {
  return word.map((part) => (part.kind === "text" ? part.text : `<${part.kind}>`)).join("");
}

it("parts commands at semicolons, && and ||, and pipelines at |", () => {
  expect(shapes("docker ps -a; docker rm x && echo ok || echo no\ndocker ps | sort")).toEqual([
    "always docker,ps,-a",
    "always docker,rm,x",
    "and echo,ok",
    "or echo,no",
    "always docker,ps | sort",
  ]);
});

it("keeps quoted words whole and knows variables and commands in them", () => {
  expect(shapes(`docker run -e "A=$B c" busybox sh -c 'echo $X; exit 3' $(cat id)`)).toEqual([
    "always docker,run,-e,A=<variable> c,busybox,sh,-c,echo $X; exit 3,<output>",
  ]);
});

it("reads redirections, subshells in the background and loops", () => {
  expect(shapes("(sleep 1; docker kill a >/dev/null) & docker wait a 2>&1")).toEqual([
    "always subshell &",
    "always docker,wait,a 2:duplicate",
  ]);
  expect(shapes("for i in $(seq 3); do docker ps && break; sleep 1; done; echo end")).toEqual([
    "always for",
    "always echo,end",
  ]);
});

it.each(["if true; then echo; fi", "echo $((1+1))", "cat <(echo)", "echo `date`", "echo 'open"])(
  "refuses what it does not know: %s",
  (line) => expect(() => readShell(line)).toThrow(NotUnderstood),
);
