import { describe, expect, it } from "vitest";
import { decode, encode } from "../../lib/index.ts";
import { expandedContainer, expandedPayload, type TaskValues } from "./expand.ts";

const VALUES: TaskValues = {
  Service: { ID: "s1", Name: "web", Labels: { tier: "front" } },
  Node: { ID: "n1", Hostname: "vm", Platform: { Architecture: "x86_64", OS: "linux" } },
  Task: { ID: "t1", Name: "web.2.t1", Slot: "2" },
};

describe("placeholders of a service's containers", () => {
  it("are Go's templates over the task", () => {
    const spec = expandedContainer(
      {
        Image: "{{.Task.ID}}",
        Hostname: '{{.Service.Name}}-{{.Task.Slot}}{{if eq .Node.Hostname "vm"}}-here{{end}}',
        Env: ["A={{.Service.Labels.tier}}={{.Node.Platform.OS}}", "BARE", '{{.Key}}={{join "-" .Node.ID .Task.Name}}'],
        Mounts: [
          {
            Type: "volume",
            Source: "{{.Service.Name}}",
            Target: "/{{.Task.Slot}}",
            VolumeOptions: {
              Labels: { l: "{{.Task.ID}}" },
              DriverConfig: { Name: "local", Options: { o: "{{.Node.ID}}" } },
            },
          },
        ],
      },
      VALUES,
    );
    expect(spec).toEqual({
      Image: "{{.Task.ID}}",
      Hostname: "web-2-here",
      Env: ["A=front=linux", "BARE", "{{.Key}}=n1-web.2.t1"],
      Mounts: [
        {
          Type: "volume",
          Source: "web",
          Target: "/2",
          VolumeOptions: { Labels: { l: "t1" }, DriverConfig: { Name: "local", Options: { o: "n1" } } },
        },
      ],
    });
  });

  it.each([
    [
      { Hostname: "{{.Nope}}" },
      'expanding hostname failed: template: expansion:1:2: executing "expansion" at <.Nope>: can\'t evaluate field Nope in type *template.Context',
    ],
    [
      { Env: ["A={{.Service.Labels.none}}"] },
      'expanding env failed: expanding env "A={{.Service.Labels.none}}": template: expansion:1:10: executing "expansion" at <.Service.Labels.none>: map has no entry for key "none"',
    ],
    [
      { Mounts: [{ Source: "{{" }] },
      'expanding mounts failed: expanding mount source "{{": template: expansion:1: unclosed action',
    ],
  ])("are refused in %j", (wrong, problem) => {
    expect(() => expandedContainer({ Image: "busybox", ...wrong }, VALUES)).toThrow(problem);
  });
});

describe("a payload that is a template", () => {
  const known = {
    secret: (target: string) => (target === "key" ? "hush" : undefined),
    config: () => undefined,
    env: ["A=1=2"],
  };
  const expanded = (text: string): string => decode(expandedPayload(encode(text), VALUES, known));

  it("may take from other payloads and from the environment", () => {
    expect(expanded('{{.Service.Name}} {{secret "key"}} {{env "A"}}[{{env "B"}}]')).toBe("web hush 1=2[]");
  });

  it("fails for what the task does not have", () => {
    expect(() => expanded('{{config "none"}}')).toThrow("error calling config: config target none not found");
  });
});
