// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import { check } from "../frontend/check.ts";
import { heredocsOfLine, parseHeredoc } from "./heredoc.ts";

describe("parseHeredoc", () => {
  it("knows names, quoted names, tabs that go, and file descriptors", () => {
    const plain = { name: "EOF", expand: true, chomp: false };
    expect(parseHeredoc("<<EOF")).toEqual(plain);
    expect(parseHeredoc("<<-EOF")).toEqual({ ...plain, chomp: true });
    expect(parseHeredoc("3<<EOF")).toEqual({ ...plain, fd: 3 });
    expect(parseHeredoc("<<'EOF'")).toEqual({ ...plain, expand: false });
    expect(parseHeredoc('<<E"O"F')).toEqual({ ...plain, expand: false });
  });

  it("takes a here-string, a lone mark and anything in front for no heredoc", () => {
    for (const word of ["<<<EOF", "<<", "x<<EOF", "a", "<EOF"]) expect(parseHeredoc(word)).toBeUndefined();
  });

  it("finds all of a line that are outside quotes", () => {
    const names = heredocsOfLine(`RUN <<A cat && 3<<-"B" cat "<<C" '<<D'`).map(({ name }) => name);
    expect(names).toEqual(["A", "B"]);
  });
});

describe("the content of an inline file", () => {
  it.each<[written: string, content: string]>([
    ["<<EOF\n\"q\" '$NAME' \\$NAME \\\\ ${U:-d} \\n\nEOF", "\"q\" 'me' $NAME \\ d n\n"],
    ['<<"EOF"\n"q" \'$NAME\' \\$NAME \\\\\nEOF', "\"q\" '$NAME' \\$NAME \\\\\n"],
    ['<<E"O"F\n$NAME\nEOF', "$NAME\n"],
    ["<<-EOF\n\ta\n\t\tb\n\tc\td\n\tEOF", "a\nb\nc\td\n"],
    ["<<-EOF\n  EOF\n\tEOF", "  EOF\n"],
    ["<<EOF\na\r\nEOF\r", "a\r\n"],
    ["<<EOF\nEOF", ""],
    ["<<EOF\n# no comment\nENV no=instruction \\\nEOF", "# no comment\nENV no=instruction \n"],
  ])("of %j is %j", (written, content) => {
    const [start = "", ...lines] = written.split("\n");
    const { error, steps } = check(["FROM scratch", "ENV NAME=me", `COPY ${start} /f`, ...lines].join("\n"));
    expect(error).toBeUndefined();
    expect([...steps.values()][0]?.[1]).toMatchObject({ files: [{ content }] });
  });

  it("is that of the last heredoc where two have one name", () => {
    const { steps } = check("FROM scratch\nCOPY <<A <<A /d/\n1\nA\n2\nA\n");
    expect([...steps.values()][0]).toMatchObject([{ files: [{ content: "2\n" }, { content: "2\n" }] }]);
  });
});
