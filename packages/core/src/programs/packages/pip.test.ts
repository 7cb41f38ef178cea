import { describe, expect, it } from "vitest";
import { ContainerBox } from "../../testing/container-box.ts";

const box = (): Promise<ContainerBox> => ContainerBox.of("python:3.9-slim");

describe("pip", () => {
  it("installs what a package needs, says what real pip says, and leaves real files", async () => {
    const one = await box();
    const ran = await one.sh(
      "pip install flask==2.0.1 'werkzeug<2.1' --root-user-action=ignore --disable-pip-version-check",
    );
    expect(ran.stdout.replaceAll(/━+/g, "━")).toBe(`Collecting flask==2.0.1
  Downloading Flask-2.0.1-py3-none-any.whl (94 kB)
     ━ 94.8/94.8 kB 10.0 MB/s eta 0:00:00
Collecting werkzeug<2.1
  Downloading Werkzeug-2.0.3-py3-none-any.whl (289 kB)
     ━ 289.2/289.2 kB 10.0 MB/s eta 0:00:00
Collecting click>=7.1.2
  Downloading click-8.1.8-py3-none-any.whl (98 kB)
     ━ 98.2/98.2 kB 10.0 MB/s eta 0:00:00
Collecting itsdangerous>=2.0
  Downloading itsdangerous-2.2.0-py3-none-any.whl (16 kB)
Collecting Jinja2>=3.0
  Downloading jinja2-3.1.6-py3-none-any.whl (134 kB)
     ━ 134.9/134.9 kB 10.0 MB/s eta 0:00:00
Collecting MarkupSafe>=2.0
  Downloading markupsafe-3.0.4-cp39-cp39-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl (20 kB)
Installing collected packages: werkzeug, MarkupSafe, itsdangerous, click, Jinja2, flask
Successfully installed Jinja2-3.1.6 MarkupSafe-3.0.4 click-8.1.8 flask-2.0.1 itsdangerous-2.2.0 werkzeug-2.0.3
`);
    const site = "/usr/local/lib/python3.9/site-packages";
    const files = await one.sh(
      `head -3 ${site}/Flask-2.0.1.dist-info/METADATA; ls ${site}/flask; head -1 /usr/local/bin/flask; pip freeze; pip check`,
    );
    expect(files.stdout).toBe(
      "Metadata-Version: 2.1\nName: Flask\nVersion: 2.0.1\n__init__.py\n#!/usr/local/bin/python3.9\nclick==8.1.8\nFlask==2.0.1\nitsdangerous==2.2.0\nJinja2==3.1.6\nMarkupSafe==3.0.4\nWerkzeug==2.0.3\nNo broken requirements found.\n",
    );
  });

  it("is satisfied with what is there, upgrades when told so, and uninstalls", async () => {
    const one = await box();
    await one.sh("pip install -q redis==4.6.0");
    const again = await one.sh("pip install redis");
    expect(again.stdout).toContain(
      "Requirement already satisfied: redis in /usr/local/lib/python3.9/site-packages (4.6.0)\n",
    );
    const upgraded = await one.sh("pip install -U redis");
    expect(upgraded.stdout).toContain(
      "  Attempting uninstall: redis\n    Found existing installation: redis 4.6.0\n    Uninstalling redis-4.6.0:\n      Successfully uninstalled redis-4.6.0\nSuccessfully installed redis-7.0.1\n",
    );
    const gone = await one.sh(
      "pip uninstall -y redis nothere; pip show redis; ls /usr/local/lib/python3.9/site-packages",
    );
    expect(gone.stderr).toBe(
      "WARNING: Skipping nothere as it is not installed.\nWARNING: Package(s) not found: redis\n",
    );
    expect(gone.stdout).not.toContain("redis-7.0.1.dist-info");
  });

  it.each([
    [
      "pip install nosuchpackage",
      1,
      "ERROR: Could not find a version that satisfies the requirement nosuchpackage (from versions: none)\nERROR: No matching distribution found for nosuchpackage\n",
    ],
    [
      "pip install gunicorn==1.0",
      1,
      "ERROR: Could not find a version that satisfies the requirement gunicorn==1.0 (from versions: 20.1.0, 23.0.0)\nERROR: No matching distribution found for gunicorn==1.0\n",
    ],
    [
      "pip install -r none.txt",
      1,
      "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'none.txt'\n",
    ],
    ["pip install", 1, 'ERROR: You must give at least one requirement to install (see "pip help install")\n'],
    ["pip install .", 1, "ERROR: Directory '.' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.\n"],
    ["pip frob", 1, 'ERROR: unknown command "frob"\n'],
    ["pip install --frob x", 2, "\nUsage:   \n  pip install [options]\n\nno such option: --frob\n"],
  ])("%s fails with %i and real pip's message", async (command, code, stderr) => {
    const ran = await (await box()).sh(command);
    expect([ran.code, ran.stderr.replace(/ERROR: Ignored.*\n/, "")]).toEqual([code, stderr]);
  });

  it("explains requirements that exclude each other", async () => {
    const ran = await (await box()).sh("pip install flask==1.1.4 jinja2==3.1.6");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("because these package versions have conflicting dependencies.\n");
    expect(ran.stdout).toContain(
      "    The user requested jinja2==3.1.6\n    flask 1.1.4 depends on Jinja2<3.0,>=2.10.1\n",
    );
    expect(ran.stderr).toContain("ERROR: ResolutionImpossible");
  });

  it("takes only versions that run on the interpreter, and installs for a user who is not root", async () => {
    const one = await ContainerBox.of("python:3.7-slim");
    const ran = await one.sh("HOME=/tmp pip install flask==3.0.3", ["-u", "1000"]);
    expect(ran.stderr).toContain(
      "ERROR: Ignored the following versions that require a different python version: 2.3.3 Requires-Python >=3.8;",
    );
    const user = await one.sh(
      "export HOME=/tmp; pip install -q flask 2>&1; pip list | grep Flask; /tmp/.local/bin/flask --version",
      ["-u", "1000"],
    );
    expect(user.stdout).toContain("Flask              2.2.5\n");
  });

  it("installs into virtual environments, which a distribution's own Python asks for", async () => {
    const one = await ContainerBox.of("debian:bookworm-slim");
    await one.sh("apt-get update -qq && apt-get install -yqq --no-install-recommends python3 python3-pip");
    const refused = await one.sh("pip install flask");
    expect([refused.code, refused.stderr.split("\n")[0]]).toEqual([1, "error: externally-managed-environment"]);
    const venv = await one.sh(
      "python3 -m venv /v && /v/bin/pip install -q six && /v/bin/pip list --format=freeze; ls /v/lib/python3.11/site-packages",
    );
    expect(venv.stdout).toContain("six==1.17.0");
  });

  it("is a file: without it there is nothing", async () => {
    const ran = await (await box()).sh("rm /usr/local/bin/pip; pip install flask");
    expect([ran.code, ran.stderr]).toEqual([127, "sh: 1: pip: not found\n"]);
  });

  it("has what was added to the engine's index", async () => {
    const one = await box();
    one.engine.packages.python.add({
      name: "acme-tools",
      version: "1.5",
      requires: ["six"],
      scripts: [["acme", "acme.cli", "main"]],
    });
    const ran = await one.sh("pip install -q acme-tools; pip freeze; acme");
    expect([ran.stdout, ran.code]).toEqual(["acme-tools==1.5\nsix==1.17.0\n", 1]);
  });
});
