// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import type { ImageRunConfig } from "../../oci/index.ts";
import { check } from "./check.ts";
import type { Step } from "./step.ts";

interface Setting {
  readonly config?: ImageRunConfig;
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** The steps of the last stage, without their ranges. */
function steps(text: string, { config = {}, buildArgs = {} }: Setting = {}): readonly object[] {
  const result = check(text, { image: () => ({ config }), buildArgs: new Map(Object.entries(buildArgs)) });
  expect(result.error).toBeUndefined();
  return ([...result.steps.values()].at(-1) ?? []).map(({ range: _, ...step }: Step) => step);
}

function labels(text: string, setting: Setting = {}): Record<string, string> {
  const pairs = steps(text, setting).flatMap((step) =>
    "pairs" in step && "kind" in step && step.kind === "LABEL" ? (step.pairs as [string, string][]) : [],
  );
  return Object.fromEntries(pairs);
}

describe("variables", () => {
  it("of one ENV are those from before it; those of one ARG see each other", () => {
    expect(labels("FROM x\nENV A=old\nENV A=new B=$A\nARG C=1 D=$C$A\nLABEL b=$B d=$D\n")).toEqual({
      b: "old",
      d: "1new",
    });
  });

  it("an ARG hides an ENV if it comes later or is given, and the other way round", () => {
    expect(labels("FROM x\nARG A=arg\nENV A=env\nLABEL a=$A\n", { buildArgs: { A: "given" } })).toEqual({ a: "env" });
    expect(labels("FROM x\nENV A=env\nARG A\nLABEL a=$A\n")).toEqual({ a: "env" });
    expect(labels("FROM x\nENV A=env\nARG A\nLABEL a=$A\n", { buildArgs: { A: "given" } })).toEqual({ a: "given" });
  });

  it("a global ARG is seen in a stage that declares it again, without default", () => {
    const text = "ARG A=global\nFROM x\nLABEL before=$A\nARG A\nLABEL after=$A\nARG A=local\nLABEL own=$A\n";
    expect(labels(text)).toEqual({ before: "", after: "global", own: "local" });
  });

  it("predefined ones want a declaration, too", () => {
    expect(labels("FROM x\nLABEL a=$TARGETARCH\nARG TARGETARCH\nLABEL b=$TARGETARCH\n")).toEqual({ a: "", b: "amd64" });
  });

  it("a stage inherits ARG and ENV of the stage it is from, where ENV wins again", () => {
    const text = "FROM x AS a\nENV E=env\nARG A=arg E=arg\nFROM a\nLABEL a=$A e=$E\n";
    expect(labels(text)).toEqual({ a: "arg", e: "env" });
  });

  it("of the image are known, PATH even if the image has none", () => {
    expect(labels("FROM x\nLABEL a=$A p=$PATH\n", { config: { Env: ["A=1"] } })).toEqual({
      a: "1",
      p: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    });
  });

  it("are expanded in names, too, but not in RUN, CMD, SHELL and ONBUILD", () => {
    const text = 'FROM x\nENV A=a\nLABEL $A=1\nRUN $A\nCMD ["$A"]\nONBUILD RUN $A\nHEALTHCHECK CMD $A\n';
    expect(steps(text).slice(1)).toEqual([
      { kind: "LABEL", pairs: [["a", "1"]] },
      { kind: "RUN", argv: ["/bin/sh", "-c", "$A"], mounts: [], network: "default" },
      { kind: "CMD", argv: ["$A"] },
      { kind: "ONBUILD", trigger: "RUN $A" },
      expect.objectContaining({ kind: "HEALTHCHECK", test: ["CMD-SHELL", "$A"] }),
    ]);
  });
});

describe("the shell", () => {
  it("is what SHELL or the image says, for RUN, CMD and ENTRYPOINT", () => {
    const text = 'FROM x\nCMD a\nSHELL ["/bin/ash", "-ec"]\nENTRYPOINT b\nRUN ["c"]\n';
    const argv = steps(text, { config: { Shell: ["/s"] } }).flatMap((step) => ("argv" in step ? [step.argv] : []));
    expect(argv).toEqual([["/s", "a"], ["/bin/ash", "-ec"], ["/bin/ash", "-ec", "b"], ["c"]]);
  });

  it("gets a lone heredoc as its command, others behind the line; a script with #! runs itself", () => {
    const text = "FROM x\nRUN <<-E\n\ta\nE\nRUN cat <<E >f\nb\nE\nRUN <<E\n#!/bin/p\nc\nE\n";
    expect(steps(text)).toMatchObject([
      { argv: ["/bin/sh", "-c", "a\n"] },
      { argv: ["/bin/sh", "-c", "cat <<E >f\nb\nE"] },
      { argv: ["/bin/sh", "-c", "/dev/pipes/E"], script: { name: "E", content: "#!/bin/p\nc\n" } },
    ]);
  });
});

describe("paths", () => {
  it("of WORKDIR and mounts are against the working directory; an absolute one is not cleaned", () => {
    const text = "FROM x\nWORKDIR a/../b\nWORKDIR c\nRUN --mount=target=m x\nWORKDIR /d//e/\n";
    expect(steps(text, { config: { WorkingDir: "/w" } })).toMatchObject([
      { path: "/w/b" },
      { path: "/w/b/c" },
      { mounts: [{ target: "/w/b/c/m" }] },
      { path: "/d//e/" },
    ]);
  });
});

describe("COPY and ADD", () => {
  it("expand their words and what they are given, but not --exclude", () => {
    expect(steps("FROM x\nENV A=a\nCOPY --chown=$A --chmod=75$N5 --exclude=$A $A /$A/\n")[1]).toEqual({
      kind: "COPY",
      parents: false,
      sources: ["a"],
      files: [],
      dest: "/a/",
      chown: "a",
      chmod: "75",
      link: false,
      exclude: ["$A"],
    });
  });

  it.each([
    "COPY --chmod=u+x,go-w a b",
    "COPY --chmod=u=rwX a b",
    "COPY --chmod=$U a b",
    "STOPSIGNAL 999",
    "STOPSIGNAL rtmin+15",
    "USER $U",
    "WORKDIR $U",
  ])("take %s", (line) => {
    expect(steps(`FROM x\n${line}\n`)).toHaveLength(1);
  });
});

describe("EXPOSE", () => {
  it("takes its words in byte order, splits what variables hold, spreads ranges", () => {
    expect(steps('FROM x\nENV P="90 91/udp"\nEXPOSE 8080-8082 $P 80/TCP\n')[1]).toEqual({
      kind: "EXPOSE",
      ports: ["90/tcp", "91/udp", "80/tcp", "8080/tcp", "8081/tcp", "8082/tcp"],
    });
  });

  it.each<[port: string, message: string]>([
    ["http", "invalid containerPort: http"],
    ["70000", "invalid containerPort: 70000"],
    ["-1", "invalid containerPort: -1"],
    ["82-80", "invalid containerPort: 82-80"],
    ["80/x", 'invalid port: "80/x": invalid proto: x'],
    ["/tcp", 'invalid port: "/tcp": no port specified'],
    ["[::1:80:80", "invalid IP address [::1: address [::1:: missing ']' in address"],
    ["1.2.3:1:2", "invalid IP address: 1.2.3"],
    ["1-2:3-5", "invalid ranges specified for container and host Ports: 3-5 and 1-2"],
    ["x:80", "invalid hostPort: x"],
    ["80/tcp/udp", 'invalid port: "80/tcp/udp": invalid proto: tcp/udp'],
  ])("refuses %s", (port, message) => {
    expect(check(`FROM x\nEXPOSE ${port}\n`).error?.message).toBe(message);
  });
});

describe("HEALTHCHECK", () => {
  it("has nanoseconds, 0 for what is not given", () => {
    expect(steps('FROM x\nHEALTHCHECK --interval=1m30s --timeout=0.5s --retries=2 CMD ["a"]\n')).toEqual([
      {
        kind: "HEALTHCHECK",
        test: ["CMD", "a"],
        intervalNs: 90e9,
        timeoutNs: 5e8,
        startPeriodNs: 0,
        startIntervalNs: 0,
        retries: 2,
      },
    ]);
    expect(steps("FROM x\nHEALTHCHECK NONE\n")).toMatchObject([{ test: ["NONE"] }]);
  });
});

describe("dispatch", () => {
  it.each<[line: string, message: string]>([
    ["COPY --chmod=999 a b", "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777"],
    ["COPY --chmod=88888 a b", "invalid chmod parameter: '88888'. it should be octal string and between 0 and 07777"],
    ["COPY --chmod=rwx a b", "invalid syntax"],
    ["COPY http://x/y /", "source can't be a URL for COPY"],
    ["COPY https://x/y.git /", "source can't be a git ref for COPY"],
    ["COPY git@github.com:x/y /", "source can't be a git ref for COPY"],
    ["ADD --checksum=sha256:aa http://x/y /", "invalid checksum digest length"],
    ["ADD --checksum=md5:aa http://x/y /", "unsupported digest algorithm"],
    ["ADD --checksum=x http://x/y /", "invalid checksum digest format"],
    ["ADD --checksum=sha256:x a b", "checksum requires HTTP(S) or Git sources"],
    ["ADD --checksum=sha256:x a b c", "checksum can't be specified for multiple sources"],
    ["STOPSIGNAL SIGFOO", "invalid signal: SIGFOO"],
    ["STOPSIGNAL 0", "invalid signal: 0"],
    ["STOPSIGNAL rtmin+16", "invalid signal: rtmin+16"],
    ["VOLUME $U", "VOLUME specified can not be an empty string"],
    ["RUN --device=a x", "device feature is only supported in Dockerfile frontend 1.14.0-labs or later"],
    ["RUN --mount=target=/ x", 'invalid mount target "/"'],
    ["RUN --mount=type=cache x", 'invalid mount target "/"'],
    ["RUN --mount=type=ssh,source=x x", "ssh does not support source"],
    [
      "COPY <<'E F' /f\nx\nE F",
      'failed to process "<<\'E": unexpected end of statement while looking for matching single-quote',
    ],
  ])("refuses %s, and says where", (line, message) => {
    const { error } = check(`FROM busybox\n${line}\n`);
    expect([error?.message, error?.locations[0]?.startLine]).toEqual([message, 2]);
  });
});
