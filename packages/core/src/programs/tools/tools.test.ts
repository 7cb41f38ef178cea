import { describe, expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";
import { ContainerBox } from "../../testing/container-box.ts";
import { serve } from "../index.ts";
import { TOOL_NAMES } from "./names.ts";

it("every name of a tool is a program", () => {
  const { programs } = createEngine();
  expect([...TOOL_NAMES].filter((name) => !programs.has(name))).toEqual([]);
});

describe("curl", () => {
  it("follows redirects, sends data, and ends with curl's codes", async () => {
    const one = await ContainerBox.of("python:3.9-slim");
    one.engine.programs.script(
      "app.py",
      serve(async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/go") return new Response(null, { status: 302, headers: { location: "/to" } });
        if (pathname === "/echo")
          return new Response(`${request.method} ${request.headers.get("authorization")} ${await request.text()}`);
        return new Response(pathname, { status: pathname === "/gone" ? 410 : 200 });
      }),
    );
    await one.sh("apt-get update -qq; apt-get install -yqq curl; touch app.py; python app.py & sleep 0.1");
    const ran = await one.sh(
      "u=localhost:8000; curl -sL $u/go; echo; curl -s -u a:b -X PUT -d x=1 -d y=2 $u/echo; echo; curl -fsS $u/gone; echo $?; curl localhost:9; echo $?; curl -s http://nosuch.host/; echo $?; curl -s https://localhost; echo $?; curl -so /f -w '%{http_code} %{size_download}\\n' $u/x; cat /f; curl --frob; echo $?",
    );
    expect(ran.stdout).toBe("/to\nPUT Basic YTpi x=1&y=2\n22\n7\n6\n1\n200 2\n/x2\n");
    expect(ran.stderr).toContain("curl: (22) The requested URL returned error: 410\n");
    expect(ran.stderr).toContain(
      "curl: (7) Failed to connect to localhost port 9 after 0 ms: Couldn't connect to server\n",
    );
  });
});

describe("users of Debian images", () => {
  it("are made by useradd, groupadd, adduser and usermod", async () => {
    const one = await ContainerBox.of("debian:bookworm-slim");
    const ran = await one.sh(
      "groupadd -r app && useradd -r -m -d /srv/app -g app app; id app; ls -ld /srv/app | cut -c1-10,14-30; useradd app; useradd -g nope x; useradd -u 1500 -m dev; usermod -aG app dev; id dev; adduser --disabled-password --gecos '' web; adduser --system --no-create-home svc; id svc; userdel dev; id dev",
    );
    expect(ran.stdout).toContain("uid=999(app) gid=999(app) groups=999(app)\n");
    expect(ran.stdout).toContain("uid=1500(dev) gid=1500(dev) groups=1500(dev),999(app)\n");
    expect(ran.stdout).toContain(
      "Adding user `web' ...\nAdding new group `web' (1000) ...\nAdding new user `web' (1000) with group `web (1000)' ...\nCreating home directory `/home/web' ...\n",
    );
    expect(ran.stdout).toContain(
      "Adding system user `svc' (UID 101) ...\nAdding new user `svc' (UID 101) with group `nogroup' ...\nNot creating home directory `/nonexistent'.\n",
    );
    expect(ran.stderr).toContain("useradd: user 'app' already exists\nuseradd: group 'nope' does not exist\n");
  });
});
