/** What runc 1.3.6 and buildx 0.29.1 said of mounts that cannot be. Where trees are mounted differs each time. */
import { expect, it } from "vitest";
import { decode } from "../../lib/index.ts";
import { secretsOf } from "../command-line/build/secrets.ts";
import { BARE_CLIENT } from "../docker/client.ts";
import { createEngine } from "../index.ts";

async function toldOf(dockerfile: string): Promise<string> {
  let told = "";
  const build = createEngine().build({
    context: { files: { "dir/x": "X\n", "a.txt": "A\n" } },
    dockerfile,
    onEvent: (event) => {
      if (event.kind === "log") told += decode(event.bytes);
    },
  });
  await expect(build).rejects.toThrow("exit code: 1");
  return told.replace(/(buildkit-mount)\d+/g, "$1N");
}

const PREFIX = "runc run failed: unable to start container process: error during container init: error mounting";
const PLACE = "/var/lib/docker/tmp/buildkit-mountN";

it.each([
  ["RUN --mount=source=dir,target=/etc/passwd ls", PLACE, "MS_RDONLY|MS_BIND|MS_REC"],
  ["RUN --mount=source=dir,target=/etc/passwd,rw ls", PLACE, "MS_BIND|MS_REC"],
  ["RUN --mount=source=a.txt,target=/etc ls", `${PLACE}/file`, "MS_RDONLY|MS_BIND|MS_REC"],
])("%s", async (run, source, flags) => {
  const target = /target=([^, ]*)/.exec(run)?.[1];
  expect(await toldOf(`FROM busybox\n${run}\n`)).toBe(
    `${PREFIX} "${source}" to rootfs at "${target}": mount src=${source}, dst=${target}, dstFd=/proc/thread-self/fd/14, flags=${flags}: not a directory\n`,
  );
});

it("tells of a mount point below a file", async () => {
  expect(await toldOf("FROM busybox\nRUN --mount=source=dir,target=/etc/passwd/x ls\n")).toBe(
    `${PREFIX} "${PLACE}" to rootfs at "/etc/passwd/x": create mountpoint for /etc/passwd/x mount: lookup mountpoint target: securejoin.OpenInRoot /etc/passwd/x: openat2 /etc/passwd/x: not a directory\n`,
  );
});

it("sends no secret of more than 500 KiB", () => {
  const client = (size: number) => ({ ...BARE_CLIENT, readFile: () => new Uint8Array(size) });
  expect(() => secretsOf(["id=s,src=f"], client(512_001))).toThrow("secret s too big. max size 500KiB");
  expect(secretsOf(["id=s,src=f"], client(512_000)).s).toHaveLength(512_000);
});

it("begins a cache anew once in a build that ignores the build cache", async () => {
  const engine = createEngine();
  const count = "RUN --mount=type=cache,target=/c,id=n echo x >> /c/f; wc -l < /c/f";
  const counted = async (text: string, noCache?: boolean | readonly string[]): Promise<string> => {
    let told = "";
    await engine.build({
      context: { files: {} },
      dockerfile: `FROM busybox AS one\n${count}\n${count} # ${text}\n`,
      ...(noCache !== undefined && { noCache }),
      onEvent: (event) => {
        if (event.kind === "log") told += decode(event.bytes);
      },
    });
    return told.replaceAll("\n", " ");
  };
  expect(await counted("a")).toBe("1 2 ");
  expect(await counted("a", true)).toBe("1 2 ");
  expect(await counted("b")).toBe("3 ");
  expect(await counted("b", ["one"])).toBe("1 2 ");
  expect(await counted("b", ["two"])).toBe("");
});
