/**
 * The files of the machine: what people mount into containers, as in `-v /etc/localtime:/etc/localtime:ro` and
 * `-v /var/run/docker.sock:/var/run/docker.sock` (what is not there would be made, as a directory), and the engine's own.
 *
 * @see hier(7), os-release(5), tzfile(5)
 */
import { executable } from "../../abi/index.ts";
import { applyLayer, type LayerEntry } from "../../content/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { encode } from "../../lib/index.ts";
import { INIT_PROGRAM } from "../container/init-program.ts";

const DIRECTORIES = [
  "media",
  "mnt",
  "opt",
  "srv",
  "usr/bin",
  "usr/lib",
  "usr/share/zoneinfo/Etc",
  "var/log",
  "var/tmp",
];

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

/** The group that may use the engine's socket. */
const DOCKER_GROUP = 999;
const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
www-data:x:33:
users:x:100:
docker:x:${DOCKER_GROUP}:
nogroup:x:65534:
`;

const OS_RELEASE = `PRETTY_NAME="Bottleship"
NAME="Bottleship"
ID=bottleship
`;

/** Adds them to a disk that is new. */
export function addHostFiles(kernel: Kernel, nameservers: readonly string[]): void {
  const { root } = kernel.disk;
  if (root.lookup("usr") === undefined) applyLayer(root, hostFiles(kernel, nameservers));
}

function* hostFiles({ machine, nowUs }: Kernel, nameservers: readonly string[]): Iterable<LayerEntry> {
  const about = { uid: 0, gid: 0, mtimeUs: Math.floor(nowUs) };
  const file = (path: string, content: string | Uint8Array): LayerEntry => ({
    ...{ path, type: "file", mode: 0o644, ...about },
    content: typeof content === "string" ? encode(content) : content,
  });
  const link = (path: string, target: string): LayerEntry => ({
    ...{ path, type: "symlink", mode: 0o777, link: target, ...about },
  });
  for (const path of DIRECTORIES) yield { path, type: "dir", mode: path === "var/tmp" ? 0o1777 : 0o755, ...about };
  yield file("etc/passwd", PASSWD);
  yield file("etc/group", GROUP);
  yield file("etc/hostname", `${machine.hostname}\n`);
  yield file("etc/hosts", hosts(machine.hostname));
  yield file("etc/resolv.conf", nameservers.map((address) => `nameserver ${address}\n`).join(""));
  yield file("etc/timezone", "Etc/UTC\n");
  yield file("usr/share/zoneinfo/Etc/UTC", utc());
  yield link("etc/localtime", "/usr/share/zoneinfo/Etc/UTC");
  yield file("usr/lib/os-release", OS_RELEASE);
  yield link("etc/os-release", "../usr/lib/os-release");
  yield link("var/run", "/run");
  yield { ...file(INIT_PROGRAM.slice(1), executable("docker-init")), mode: 0o755 };
  yield { path: "run/docker.sock", type: "socket", mode: 0o660, ...about, gid: DOCKER_GROUP };
}

const hosts = (hostname: string): string =>
  `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.1.1\t${hostname}\n`;

/** A time zone that never changes, in version 2 of the format: the same data twice, and a rule behind it. @see RFC 9636 */
function utc(): Uint8Array {
  const header = `TZif2${"\0".repeat(15)}`;
  const [leapSeconds, transitions, types, characters] = [0, 0, 1, 4];
  const counts = [0, 0, leapSeconds, transitions, types, characters].map(
    (count) => `\0\0\0${String.fromCharCode(count)}`,
  );
  const data = `${header}${counts.join("")}${"\0".repeat(6)}UTC\0`;
  return encode(`${data}${data}\nUTC0\n`);
}
