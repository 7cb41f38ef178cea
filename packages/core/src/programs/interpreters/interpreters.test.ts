import { describe, expect, it } from "vitest";
import { write } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { ContainerBox } from "../../testing/container-box.ts";
import { defineProgram, serve } from "../index.ts";

const say = (text: string) =>
  defineProgram("say", function* (argv) {
    yield* write(1, encode(`${text} ${argv.join(" ")}\n`));
  });

describe("python", () => {
  it("tells its version, and says exactly what to register for a file", async () => {
    const one = await ContainerBox.of("python:3.12-slim");
    const ran = await one.sh(
      "python --version; python3 -V; touch app.py; python app.py; echo $?; python -c 'print(1)'; python </dev/null; echo $?",
    );
    expect(ran.stdout).toBe("Python 3.12.8\nPython 3.12.8\n1\n0\n");
    expect(ran.stderr).toBe(
      "python: nothing is registered for 'app.py': this interpreter is a stand-in and runs what you give it:\n    engine.programs.script(\"app.py\", program);\n" +
        "python: nothing is registered for '-c': this interpreter is a stand-in and runs what you give it:\n    engine.programs.script(\"-c\", program);\n",
    );
  });

  it("runs what is registered: the longest path that fits wins", async () => {
    const one = await ContainerBox.of("python:3.9-slim");
    one.engine.programs.script("app.py", say("any"));
    one.engine.programs.script("src/app.py", say("src"));
    one.engine.programs.script("-m tool", say("module"));
    const ran = await one.sh(
      "mkdir -p /a/src /b; touch /a/src/app.py /b/app.py; cd /a/src; python -u app.py x; cd /; python /b/app.py; python -m tool y",
    );
    expect(ran.stdout).toBe("src app.py x\nany /b/app.py\nmodule tool y\n");
  });

  it.each([
    ["python nothing.py", 2, "python: can't open file '/nothing.py': [Errno 2] No such file or directory\n"],
    ["python -m nothing", 1, "/usr/local/bin/python: No module named nothing\n"],
    ["python /tmp", 1, "python: can't find '__main__' module in '/tmp'\n"],
    [
      "python -k",
      2,
      "Unknown option: -k\nusage: python [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n",
    ],
  ])("%s ends with %i", async (command, code, stderr) => {
    const ran = await (await ContainerBox.of("python:3.9-slim")).sh(command);
    expect([ran.code, ran.stderr]).toEqual([code, stderr]);
  });

  it("serves a directory with http.server", async () => {
    const one = await ContainerBox.of("python:3.9-alpine");
    const ran = await one.sh(
      "mkdir /w; echo hi > /w/f.txt; python -m http.server 9000 -d /w >/log 2>&1 & sleep 0.1; wget -qO- http://127.0.0.1:9000/f.txt; wget -qO- http://127.0.0.1:9000/ | grep -c f.txt; wget -qO- http://127.0.0.1:9000/none; cat /log",
    );
    expect(ran.stdout).toContain("hi\n1\n");
    expect(ran.stdout).toContain("code 404, message File not found\n");
  });

  it("gunicorn and flask run what is registered for the application's file", async () => {
    const one = await ContainerBox.of("python:3.9-slim");
    one.engine.programs.script(
      "shop.py",
      serve(() => new Response("sold")),
    );
    await one.sh("pip install -q gunicorn flask; apt-get update -qq; apt-get install -yqq curl; touch shop.py");
    const ran = await one.sh(
      "gunicorn -w 4 -b 0.0.0.0:5001 shop:app & FLASK_APP=shop flask run -p 5002 & sleep 1; curl -s localhost:5001; curl -s localhost:5002; gunicorn none:app",
    );
    expect(ran.stdout).toBe("soldsold");
    expect(ran.stderr).toContain("Listening at: http://0.0.0.0:5001\n");
    expect([ran.code, ran.stderr.includes("ModuleNotFoundError: No module named 'none'")]).toEqual([3, true]);
  });
});

describe("node", () => {
  it("tells its version, runs what is registered, finds modules as node does", async () => {
    const one = await ContainerBox.of("node:20-slim");
    one.engine.programs.script("server.js", say("served"));
    const ran = await one.sh(
      'node -v; touch server.js; node server; echo \'{"main":"server.js"}\' > package.json; node .; node none.js; node --frob',
    );
    expect(ran.stdout).toBe("v20.18.1\nserved /server.js\nserved /server.js\n");
    expect(ran.stderr).toContain("Error: Cannot find module '/none.js'\n");
    expect([ran.code, ran.stderr.endsWith("node: bad option: --frob\n")]).toEqual([9, true]);
  });
});
