import { describe, expect, it } from "vitest";
import { programName } from "../abi/index.ts";
import { tarToLayer } from "../content/index.ts";
import { createEngine } from "../engine/index.ts";
import { digestOf } from "../image/index.ts";
import { docker } from "../testing/container-box.ts";
import { catalogueImage, catalogueNames } from "./index.ts";

const imageOf = (name: string) => {
  const image = catalogueImage(`docker.io/library/${name}`);
  if (image === undefined) throw new TypeError(`no ${name}`);
  return image;
};

describe("the catalogue", () => {
  it("has consistent images whose executables are registered programs", () => {
    const { programs } = createEngine();
    for (const name of catalogueNames()) {
      const { config, layers } = imageOf(name);
      expect(config.rootfs.diff_ids).toEqual(layers.map(digestOf));
      expect(config.history.filter((step) => step.empty_layer !== true)).toHaveLength(layers.length);
      for (const layer of layers) {
        for (const { path, content } of tarToLayer(layer)) {
          const program = content === undefined ? undefined : programName(content);
          if (program !== undefined) expect([name, path, programs.has(program)]).toEqual([name, path, true]);
        }
      }
    }
  });

  it("shares layers as the originals do", () => {
    const [debian] = imageOf("debian:bookworm-slim").config.rootfs.diff_ids;
    for (const name of ["python:3.9-slim", "node:22", "nginx:latest", "httpd:2.4", "redis:7", "postgres:17"]) {
      expect([name, imageOf(name).config.rootfs.diff_ids[0]]).toEqual([name, debian]);
    }
    expect(imageOf("python:3.9-slim-buster").config.rootfs.diff_ids[0]).not.toBe(debian);
  });

  it.each([
    ["python:3.9-slim", { Cmd: ["python3"] }],
    [
      "httpd:2.4",
      {
        Cmd: ["httpd-foreground"],
        StopSignal: "SIGWINCH",
        ExposedPorts: { "80/tcp": {} },
        WorkingDir: "/usr/local/apache2",
      },
    ],
    [
      "nginx:latest",
      { Entrypoint: ["/docker-entrypoint.sh"], Cmd: ["nginx", "-g", "daemon off;"], StopSignal: "SIGQUIT" },
    ],
    ["redis:latest", { Volumes: { "/data": {} }, WorkingDir: "/data", ExposedPorts: { "6379/tcp": {} } }],
    [
      "postgres:17",
      { Volumes: { "/var/lib/postgresql/data": {} }, StopSignal: "SIGINT", ExposedPorts: { "5432/tcp": {} } },
    ],
    ["alpine:3.21", { Cmd: ["/bin/sh"] }],
    ["hello-world:latest", { Cmd: ["/hello"] }],
  ])("%s has the original's configuration", (name, config) => {
    expect(imageOf(name).config.config).toMatchObject(config);
  });

  it.each([
    ["debian", "Debian GNU/Linux 12 (bookworm)", "sh: 1: nosuch: not found"],
    ["ubuntu:22.04", "Ubuntu 22.04 LTS", "sh: 1: nosuch: not found"],
    ["alpine", "Alpine Linux v3.21", "sh: nosuch: not found"],
    ["python:3.7-slim-buster", "Debian GNU/Linux 10 (buster)", "sh: 1: nosuch: not found"],
  ])("%s knows what it is, and its shell's messages", async (name, title, message) => {
    const engine = createEngine();
    const script = ". /etc/os-release; echo $PRETTY_NAME; id -un; ls / | tr '\\n' ' '; nosuch";
    const { stdout, stderr } = await engine.docker(["run", "--rm", name, "sh", "-c", script]);
    expect(stdout.split("\n").slice(0, 2)).toEqual([title, "root"]);
    expect(stdout).toContain("dev etc home lib");
    expect(stderr).toContain(`${message}\n`);
  });

  it("node's entry script gives what is no command to node", async () => {
    const engine = createEngine();
    expect(await docker(engine, ["run", "--rm", "node:22", "--version"])).toBe("v22.12.0\n");
    expect(await docker(engine, ["run", "--rm", "node:22", "echo", "hi"])).toBe("hi\n");
  });

  it("hello-world says hello", async () => {
    expect(await docker(createEngine(), ["run", "--rm", "hello-world"])).toContain("\nHello from Docker!\n");
  });

  it("has no image of an unknown name or tag", () => {
    expect(
      ["python:2.7", "nosuch:latest", "toString:latest", "python:constructor"].map((name) =>
        catalogueImage(`docker.io/library/${name}`),
      ),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });
});
