import { describe, expect, it } from "vitest";
import { check } from "../frontend/check.ts";
import { dockerfile, from, inlineFile } from "./construct.ts";
import { parse } from "./parse.ts";
import { print } from "./print.ts";

describe("a Dockerfile written in TypeScript", () => {
  it("prints as one would write it", () => {
    const written = dockerfile({ syntax: "docker/dockerfile:1" })
      .arg("GO", "1.23")
      .from("golang:$GO", { as: "build" })
      .workdir("/src")
      .copy(["go.mod", "go.sum"], "./")
      .run("go mod download", { mounts: [{ type: "cache", target: "/root/.cache" }] })
      .run("set -e\ngo build -o /app")
      .from("scratch")
      .copy("/app", "/app", { from: "build", chmod: "755" })
      .addFiles("https://example.com/x.tar", "/x", { unpack: true })
      .copy([], "/etc/motd", { files: [inlineFile("EOF", "hello")] })
      .env({ NAME: "a b", PORT: 80, HOME: "$NAME/x", WINDOWS: "c:\\d" })
      .label({ "org.x": 'say "hi"' })
      .user("app")
      .expose(80, "53/udp")
      .volume("/data", "/a b")
      .shell(["/bin/sh", "-ec"])
      .stopSignal("SIGINT")
      .healthcheck({ shell: "true" }, { interval: "5s" })
      .healthcheck("none")
      .onbuild({ kind: "RUN", command: { form: "exec", argv: ["a"] } })
      .entrypoint(["/app"])
      .cmd("--help")
      .build();
    expect(print(written).split("\n")).toEqual([
      "# syntax=docker/dockerfile:1",
      "ARG GO=1.23",
      "",
      "FROM golang:$GO AS build",
      "WORKDIR /src",
      "COPY go.mod go.sum ./",
      "RUN --mount=type=cache,target=/root/.cache go mod download",
      "RUN <<EOF",
      "set -e",
      "go build -o /app",
      "EOF",
      "",
      "FROM scratch",
      "COPY --from=build --chmod=755 /app /app",
      "ADD --unpack https://example.com/x.tar /x",
      "COPY <<EOF /etc/motd",
      "hello",
      "EOF",
      'ENV NAME="a b" PORT=80 HOME=$NAME/x WINDOWS="c:\\\\d"',
      'LABEL org.x="say \\"hi\\""',
      "USER app",
      "EXPOSE 80 53/udp",
      'VOLUME ["/data", "/a b"]',
      'SHELL ["/bin/sh", "-ec"]',
      "STOPSIGNAL SIGINT",
      "HEALTHCHECK --interval=5s CMD true",
      "HEALTHCHECK NONE",
      'ONBUILD RUN ["a"]',
      'ENTRYPOINT ["/app"]',
      "CMD -- --help",
      "",
    ]);
  });

  it("quotes values so that they mean themselves, but for variables", () => {
    const values = { A: "it's", B: 'say "x" \\ y', C: "`tick`", D: "$A!", E: "" };
    const { steps } = check(from("scratch").env({ A: values.A }).env(values).build());
    expect([...steps.values()][0]?.[1]).toMatchObject({
      pairs: [
        ["A", "it's"],
        ["B", 'say "x" \\ y'],
        ["C", "`tick`"],
        ["D", "it's!"],
        ["E", ""],
      ],
    });
  });

  it("never changes a Dockerfile that was written before", () => {
    const base = from("a");
    base.run("x");
    expect(base.build().stages[0]?.instructions).toEqual([]);
    expect(base.build()).toEqual({ stages: [{ from: { kind: "FROM", image: "a" }, instructions: [] }] });
  });

  it("takes nothing but ARG before the first FROM, as the text", () => {
    expect(() => dockerfile().run("x")).toThrow("no build stage in current context");
    expect(() => parse("RUN x\n")).toThrow("no build stage in current context");
  });
});
