import { describe, expect, it } from "vitest";
import { createEngine } from "../engine/index.ts";
import { serve } from "../programs/index.ts";
import { docker } from "../testing/container-box.ts";

const files = { "app.py": "# the application\n", "requirements.txt": "flask\nredis\n" };

describe("introductory Dockerfiles", () => {
  it.each([
    ["python:3.9-slim", "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."],
    ["python:3.9-slim-buster", "COPY . /app\nRUN pip install --trusted-host pypi.python.org -r requirements.txt"],
    ["python:3.7-slim", "ADD . /app\nRUN pip install --no-cache-dir -r requirements.txt"],
    ["python:3.12-slim", "COPY . .\nRUN pip install -r requirements.txt"],
  ])("FROM %s builds and answers", async (base, steps) => {
    const engine = createEngine();
    engine.programs.script(
      "app.py",
      serve((_, p) => new Response(`Hello ${p.env.get("NAME")}!`), { port: 80 }),
    );
    const Dockerfile = `FROM ${base}\nWORKDIR /app\n${steps}\nEXPOSE 80\nENV NAME World\nCMD ["python", "app.py"]\n`;
    await engine.build({ context: { files: { ...files, Dockerfile } }, tags: ["web"] });
    await docker(engine, ["run", "-d", "--name", "web", "web"]);
    await docker(engine, ["exec", "web", "sh", "-c", "apt-get update -qq && apt-get install -yqq curl"]);
    expect(await docker(engine, ["exec", "web", "curl", "-sf", "http://localhost/"])).toBe("Hello World!");
    expect(await docker(engine, ["exec", "web", "pip", "freeze"])).toMatch(/^Flask==[23]\./m);
  });

  it("without pip the build ends with 127 at that step", async () => {
    const Dockerfile =
      "FROM python:3.9-slim\nRUN rm /usr/local/bin/pip*\nCOPY . .\nRUN pip install -r requirements.txt\n";
    await expect(createEngine().build({ context: { files: { ...files, Dockerfile } } })).rejects.toThrow(
      'process "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 127',
    );
  });
});
