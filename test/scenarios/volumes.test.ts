/** Volumes: named, anonymous, filled from the image, of options, in use, pruned. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

onEngines("vol", (it) => {
  it("keeps files from one container to the next, and those of two at once", async ({ docker, sh }) => {
    expect(await docker("volume create vol-a")).toBe("vol-a\n");
    expect(await docker("volume create vol-a")).toBe("vol-a\n");
    await sh("-v vol-a:/data", "echo kept > /data/f; chown 7:8 /data/f; ln -s f /data/l");
    expect(await sh("-v vol-a:/other", "cat /other/l; stat -c %u:%g /other/f")).toBe("kept\n7:8\n");
    await docker("run -d --name vol-w -v vol-a:/data busybox sh -c 'while :; do sleep 1; done'");
    await docker("exec vol-w sh -c 'echo more > /data/g'");
    expect(await sh("--volumes-from vol-w:ro", "cat /data/g; touch /data/h")).toBe(
      "more\ntouch: /data/h: Read-only file system\n",
    );
  });

  it("is filled with what the image has there, once, unless that is not wanted", async ({ docker, sh, refused }) => {
    await docker([
      "run",
      "--name",
      "vol-base",
      "busybox",
      "sh",
      "-c",
      "mkdir /srv; echo image > /srv/f; chmod 700 /srv; chown 5 /srv",
    ]);
    await docker("commit vol-base vol-image");
    const look = async (options: string) =>
      docker(["run", "--rm", ...options.split(" "), "vol-image", "sh", "-c", "cat /srv/f; stat -c '%a %u' /srv"]);
    expect(await look("-v vol-b:/srv")).toBe("image\n700 5\n");
    await sh("-v vol-b:/srv", "echo changed > /srv/f");
    expect(await look("-v vol-b:/srv")).toBe("changed\n700 5\n");
    expect(await refused("run --rm --mount type=volume,src=vol-c,dst=/srv,volume-nocopy vol-image cat /srv/f")).toBe(
      "1: cat: can't open '/srv/f': No such file or directory\n",
    );
    await docker("rm vol-base");
    await docker("rmi vol-image");
  });

  it("has no name of its own if none is given, and goes with rm -v", async ({ docker }) => {
    await docker("create --name vol-d -v /one -v vol-e:/two busybox true");
    const names = (await docker("inspect -f '{{range .Mounts}}{{.Name}} {{end}}' vol-d")).trim().split(" ");
    const anonymous = names.find((name) => name !== "vol-e") ?? "";
    expect(anonymous).toMatch(/^\w{64}$/);
    await docker("rm -v vol-d");
    const left = (await docker("volume ls -q")).split("\n");
    expect([left.includes(anonymous), left.includes("vol-e")]).toEqual([false, true]);
  });

  it("is not removed while a container has it, running or not", async (engine) => {
    const { docker, refused } = engine;
    await docker("create --name vol-f -v vol-g:/data busybox true");
    const id = (await docker("inspect -f {{.Id}} vol-f")).trim();
    expect(await refused("volume rm vol-g")).toBe(
      `1: Error response from daemon: remove vol-g: volume is in use - [${id}]\n`,
    );
    expect(await refused("volume rm vol-nope")).toBe("1: Error response from daemon: get vol-nope: no such volume\n");
    await docker("rm vol-f");
    expect(await docker("volume rm vol-g")).toBe("vol-g\n");
  });

  it("takes the options of the local driver: a tmpfs of a size, a directory", async ({ docker, sh, refused }) => {
    await docker("volume create vol-t -o type=tmpfs -o device=tmpfs -o o=size=8k,mode=711");
    expect(await sh("-v vol-t:/t", "stat -c %a /t; head -c 9000 /dev/zero > /t/f 2>/dev/null; wc -c < /t/f")).toBe(
      "711\n8192\n",
    );
    await docker("run -d --name vol-u -v vol-t:/t busybox sleep 1000");
    await docker("exec vol-u touch /t/shared");
    expect(await sh("-v vol-t:/other", "ls /other")).toBe("shared\n");
    await docker("rm -f vol-u");
    expect(await sh("-v vol-t:/t", "ls /t")).toBe("");
    await docker("volume create vol-etc -o type=none -o device=/etc -o o=bind,ro");
    expect(await sh("-v vol-etc:/e", "touch /e/x")).toBe("touch: /e/x: Read-only file system\n");
    await docker("volume create vol-bind -o type=none -o device=/vol-missing -o o=bind");
    expect(await refused("run --rm -v vol-bind:/b busybox true")).toMatch(
      /^127: docker: Error response from daemon: error while mounting volume '([^']*)': failed to mount local volume: mount \/vol-missing:\1, flags: 0x1000: no such file or directory\n/,
    );
    await docker("volume create vol-nofs -o type=nofs -o device=x");
    await docker("create --name vol-v -v vol-nofs:/x busybox true");
    expect(await refused("start vol-v")).toMatch(
      /^1: Error response from daemon: error while mounting volume '([^']*)': failed to mount local volume: mount x:\1: no such device\n/,
    );
    expect(await docker("inspect -f '{{.State.Status}} {{.State.ExitCode}}' vol-v")).toBe("created 128\n");
    expect(await refused("volume create vol-w -o foo=bar")).toBe(
      '1: Error response from daemon: create vol-w: invalid option: "foo"\n',
    );
    expect(await refused("volume create vol-w -o type=tmpfs")).toBe(
      '1: Error response from daemon: create vol-w: missing required option: "device"\n',
    );
    expect(await refused("volume create vol-x -d nope")).toMatch(
      /^1: Error response from daemon: create vol-x: error looking up volume plugin nope: plugin "nope" not found\n$/,
    );
    expect(await refused("volume create vol-y/z")).toBe(
      `1: Error response from daemon: create vol-y/z: "vol-y/z" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path\n`,
    );
  });

  it("is listed, inspected and pruned by labels", async ({ docker }) => {
    await docker("volume create vol-l --label vol=a --label x");
    await docker("volume create vol-m --label vol=b");
    expect(
      await docker("volume ls --filter label=vol --format '{{.Name}} {{.Driver}} {{.Scope}} {{.Label \"vol\"}}'"),
    ).toBe("vol-l local local a\nvol-m local local b\n");
    expect(await docker("volume inspect -f '{{.Name}} {{json .Labels}} {{.Options}}' vol-l")).toBe(
      'vol-l {"vol":"a","x":""} map[]\n',
    );
    await docker("create --name vol-n -v vol-m:/data busybox true");
    expect(await docker("volume ls -q --filter label=vol --filter dangling=true")).toBe("vol-l\n");
    expect(await docker("volume prune -af --filter label=vol")).toBe(
      "Deleted Volumes:\nvol-l\n\nTotal reclaimed space: 0B\n",
    );
  });
});
