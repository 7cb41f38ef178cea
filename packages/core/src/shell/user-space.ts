/**
 * What a machine needs for somebody to work on it: busybox, the docker client, and what a login
 * reads. Nobody else needs them: an engine's machine has none of it before.
 */
import { executable } from "../abi/index.ts";
import { catalogueWith } from "../catalogue/index.ts";
import { applyLayer, type LayerEntry, tarToLayer } from "../content/index.ts";
import type { Engine } from "../engine/index.ts";
import { encode } from "../lib/index.ts";
import { ClientCount } from "./client-count.ts";
import { dockerClient } from "./docker-client.ts";

const HOME = "/root";

/** The environment of a login. */
export const LOGIN_ENV: ReadonlyMap<string, string> = new Map([
  ["HOME", HOME],
  ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  ["SHELL", "/bin/sh"],
  ["TERM", "xterm"],
  ["USER", "root"],
]);

const HELP = `This is a simulated Linux machine with a Docker engine. Things to try:

  docker run busybox echo hello     a container that says hello and ends
  docker run -it busybox            a shell in a container; exit or Ctrl-D leaves it
  docker run -d --name web -p 8080:80 nginx
  wget -qO- localhost:8080          asks the container through the published port
  docker ps -a, docker logs web, docker exec -it web sh, docker stop web
  mkdir app; cd app; vi is not here, but this is:
    printf 'FROM busybox\\nRUN date > /born\\nCMD cat /born\\n' > Dockerfile
    docker build -t app . && docker run --rm app
  ps, mount, cat /proc/self/status, ls /sys/fs/cgroup    the kernel underneath
  docker --help                     all commands of docker

Arrows walk through history, Tab completes, Ctrl-C interrupts, exit or Ctrl-D leaves.
`;

const PROFILE = `PS1='\\h:\\w\\$ '
help() { if [ $# = 0 ]; then cat /etc/help; else command help "$@"; fi; }
`;

const installed = new WeakMap<Engine, ClientCount>();

/** Puts it on the machine, once. Returns who counts the docker clients that run there. */
export function installUserSpace(engine: Engine): ClientCount {
  const known = installed.get(engine);
  if (known !== undefined) return known;
  const clients = new ClientCount();
  installed.set(engine, clients);
  engine.programs.register("docker", dockerClient(engine, clients));
  const layer =
    catalogueWith(engine.profile.busybox.applets)("docker.io/library/busybox:latest")?.layers[0] ?? new Uint8Array();
  const busybox = [...tarToLayer(layer)].filter(({ type }) => type !== "dir");
  applyLayer(engine.kernel.disk.root, [...busybox, ...ownFiles(engine)]);
  return clients;
}

function* ownFiles({ kernel }: Engine): Iterable<LayerEntry> {
  const mtimeUs = Math.floor(kernel.nowUs);
  const file = (path: string, content: string | Uint8Array, mode = 0o644): LayerEntry => ({
    ...{ path, type: "file", mode, uid: 0, gid: 0, mtimeUs },
    content: typeof content === "string" ? encode(content) : content,
  });
  yield file("usr/bin/docker", executable("docker"), 0o755);
  yield file("etc/profile", PROFILE);
  yield file("etc/help", HELP);
}
