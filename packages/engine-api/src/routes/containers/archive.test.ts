/** The names in archives of paths, and what their headers say; as Docker Engine 28.5.2 answers. */
import { layerToTar } from "@bottleship/core/content";
import { readTar } from "@bottleship/core/lib";
import { expect, it } from "vitest";
import { apiMachine } from "../../testing/api-machine.ts";

const TREE =
  "mkdir -p /opt/bar/quux; echo w > /opt/bar/quux/baz; echo h > /opt/foo; cd /opt/bar; " +
  "ln -s notexist notarget; ln -s quux/baz filesymlink; ln -s quux dirsymlink; ln -s / root; ln -s loop loop";

async function machine() {
  const { engine, api } = await apiMachine("busybox");
  await engine.docker(["run", "--name", "cc", "busybox", "sh", "-c", TREE]);
  const read = async (path: string, method = "GET") => {
    const url = `http://docker/v1.51/containers/cc/archive?path=${encodeURIComponent(path)}`;
    const reply = await api(new Request(url, { method }));
    const stat = reply.headers.get("X-Docker-Container-Path-Stat");
    if (stat === null) return { status: reply.status, text: await reply.text() };
    const { name, linkTarget } = JSON.parse(atob(stat)) as { name: string; linkTarget: string };
    const body = new Uint8Array(await reply.arrayBuffer());
    return { name, linkTarget, entries: body.length === 0 ? [] : [...readTar(body)].map(({ header }) => header.name) };
  };
  return read;
}

it.each([
  ["/", "/", ["/", "/.dockerenv", "/bin/"]],
  [".", ".", ["./", "./.dockerenv", "./bin/"]],
  ["/.", ".", ["./", "./.dockerenv", "./bin/"]],
  ["./", ".", ["./", "./.dockerenv", "./bin/"]],
  ["/./", ".", ["./", "./.dockerenv", "./bin/"]],
  ["//", "/", ["/", "/.dockerenv", "/bin/"]],
  ["/opt/bar/root", "root", ["root"]],
  ["/opt/bar/root/", "root", ["root/", "root/.dockerenv", "root/bin/"]],
  ["opt/.", ".", ["./", "./bar/", "./bar/dirsymlink"]],
  ["opt/./", ".", ["./", "./bar/", "./bar/dirsymlink"]],
  ["opt/bar/..", "opt", ["opt/", "opt/bar/", "opt/bar/dirsymlink"]],
  ["opt/bar/dirsymlink/", "dirsymlink", ["dirsymlink/", "dirsymlink/baz"]],
  ["opt/bar/dirsymlink/.", ".", ["./", "./baz"]],
])("the archive of %s is of %s", async (path, name, entries) => {
  const read = await machine();
  const read1 = await read(path);
  expect(read1).toMatchObject({ name });
  expect(read1.entries?.slice(0, 3)).toEqual(entries);
});

it.each([
  ["opt/bar/root", "/"],
  ["opt/bar/dirsymlink", "/opt/bar/quux"],
  ["opt/bar/filesymlink", "/opt/bar/quux/baz"],
  ["opt/bar/notarget", "/opt/bar/notexist"],
  ["opt/foo", ""],
])("the link %s leads to %j as far as it can be followed", async (path, linkTarget) => {
  const read = await machine();
  expect(await read(path, "HEAD")).toMatchObject({ linkTarget });
});

it("a link that leads round and round is told of", async () => {
  const read = await machine();
  expect(await read("opt/bar/loop")).toEqual({
    status: 500,
    text: '{"message":"evalSymlinksInScope: too many links in /opt/bar/loop"}\n',
  });
});

it.each([
  ["", "12:34"],
  ["7777", "7777:0"],
  ["www-data", "33:33"],
  ["www-data:7777", "33:7777"],
  [":www-data", "0:33"],
])("what is copied with its owners belongs to the user %j of the container as %s", async (user, owner) => {
  const { engine, api } = await apiMachine("busybox");
  await engine.docker(["create", "--name", "cc", "--user", user, "busybox", "stat", "-c", "%u:%g", "/tmp/f", "/tmp/d"]);
  const about = { uid: 12, gid: 34, mtimeUs: 0 };
  const tar = layerToTar([
    { path: "f", type: "file", mode: 0o644, ...about },
    { path: "d", type: "dir", mode: 0o755, ...about },
  ]);
  const url = "http://docker/v1.51/containers/cc/archive?path=/tmp&copyUIDGID=1";
  expect((await api(new Request(url, { method: "PUT", body: Uint8Array.from(tar) }))).status).toBe(200);
  expect((await engine.docker("start -a cc")).stdout).toBe(`${owner}\n${owner}\n`);
});

it("who is not there cannot own what is copied", async () => {
  const { engine, api } = await apiMachine("busybox");
  await engine.docker("create --name cc --user nosuch busybox true");
  const url = "http://docker/v1.51/containers/cc/archive?path=/tmp&copyUIDGID=1";
  const tar = layerToTar([{ path: "f", type: "file", mode: 0o644, uid: 0, gid: 0, mtimeUs: 0 }]);
  const reply = await api(new Request(url, { method: "PUT", body: Uint8Array.from(tar) }));
  expect([reply.status, await reply.text()]).toEqual([
    400,
    '{"message":"failed to look up user \\"nosuch\\" in container: no matching entries in passwd file"}\n',
  ]);
});
