/** Short courses of calls that belong together: alone, a random call would hardly ever get so far. */
import * as abi from "@bottleship/core/abi";
import type { Draw } from "./arguments.ts";

/** Makes a call and counts it; the answer may be an `Errno`. */
export type Ask = <K extends abi.SyscallName, R>(call: abi.Call<K, R>) => abi.Routine<R | abi.Errno>;

export type Recipe = (draw: Draw, ask: Ask) => abi.Routine<void>;

const isFd = (answer: unknown): answer is number => typeof answer === "number";

/** Somebody listens, connects to himself, and talks. */
const converse: Recipe = function* (draw, ask) {
  const port = 9000 + draw.prng.below(20);
  const unix = draw.bool();
  const address: abi.SocketAddress = unix
    ? { family: "unix", path: `\0fuzz${port}` }
    : { family: "inet", address: "127.0.0.1", port };
  const domain = unix ? "unix" : "inet";
  const server = yield* ask(abi.socket(domain, "stream", "default", abi.SOCK_NONBLOCK));
  const client = yield* ask(abi.socket(domain, "stream"));
  if (!isFd(server) || !isFd(client)) return;
  yield* ask(abi.bind(server, address));
  yield* ask(abi.listen(server, 3));
  yield* ask(abi.alarm(500_000));
  yield* ask(abi.connect(client, address));
  const accepted = yield* ask(abi.accept4(server, 0));
  if (!(accepted instanceof abi.Errno)) {
    yield* ask(abi.write(accepted.fd, draw.bytes()));
    yield* ask(abi.recvfrom(client, draw.size(), abi.MSG_DONTWAIT));
    yield* ask(abi.getpeername(client));
    yield* ask(abi.shutdown(accepted.fd, "both"));
    yield* ask(abi.close(accepted.fd));
  }
  yield* ask(abi.close(client));
  yield* ask(abi.close(server));
};

const ping: Recipe = function* (draw, ask) {
  const fd = yield* ask(abi.socket("inet", "raw", "icmp", abi.SOCK_NONBLOCK));
  if (!isFd(fd)) return;
  yield* ask(abi.sendicmp(fd, "127.0.0.1", { type: "echo-request", code: 0, id: 1, sequence: 1 }, draw.bytes()));
  yield* ask(abi.nanosleep(1000));
  yield* ask(abi.recvicmp(fd, 0));
  yield* ask(abi.close(fd));
};

/** A root directory of its own. */
const moveIn: Recipe = function* (draw, ask) {
  yield* ask(abi.unshare(new Set(["mnt"])));
  yield* ask(abi.mount("", "/", "", abi.MS_PRIVATE | abi.MS_REC));
  yield* ask(abi.mount("none", "/tmp", "tmpfs"));
  yield* ask(abi.mkdir("/tmp/old", 0o755));
  yield* ask(abi.chdir("/tmp"));
  yield* ask(abi.pivot_root(".", draw.from(["old", "."])));
  yield* ask(abi.umount2(draw.from(["/old", "."]), abi.MNT_DETACH));
};

const enter: Recipe = function* (draw, ask) {
  const kind = draw.from(abi.NAMESPACE_KINDS);
  const fd = yield* ask(abi.open(`/proc/${draw.from(["self", "1", "2", "5"])}/ns/${kind}`));
  if (!isFd(fd)) return;
  yield* ask(abi.setns(fd, draw.bool() ? kind : undefined));
  yield* ask(abi.close(fd));
};

/** A user namespace of its own, with ids. */
const becomeRoot: Recipe = function* (draw, ask) {
  yield* ask(abi.unshare(new Set<abi.NamespaceKind>(["user", ...draw.kinds()])));
  const lines = { setgroups: "deny", uid_map: "0 1000 1", gid_map: draw.from(["0 1000 1", "0 0 1"]) };
  for (const [file, line] of Object.entries(lines)) {
    const fd = yield* ask(abi.open(`/proc/self/${file}`, abi.O_WRONLY));
    if (!isFd(fd)) continue;
    yield* ask(abi.write(fd, new TextEncoder().encode(line)));
    yield* ask(abi.close(fd));
  }
  yield* ask(abi.setresuid(0));
};

/** Files with attributes, and a link and a directory to them. */
const file: Recipe = function* (draw, ask) {
  const name = `/tmp/made${draw.prng.below(30)}`;
  const fd = yield* ask(abi.open(name, abi.O_CREAT | abi.O_RDWR, 0o644));
  if (!isFd(fd)) return;
  yield* ask(abi.pwrite(fd, draw.bytes(), draw.size()));
  yield* ask(abi.pread(fd, draw.size(), 0));
  yield* ask(abi.ftruncate(fd, draw.size()));
  yield* ask(abi.setxattr(name, "trusted.fuzz", draw.bytes()));
  yield* ask(abi.getxattr(name, "trusted.fuzz"));
  yield* ask(abi.removexattr(name, "trusted.fuzz"));
  yield* ask(abi.fchown(fd, draw.id(), draw.id()));
  yield* ask(abi.link(name, `${name}.link`));
  yield* ask(abi.rename(`${name}.link`, name));
  yield* ask(abi.close(fd));
  if (draw.bool()) yield* ask(abi.unlink(name));
};

/** Somebody watches a file, changes it and reads what happened. */
const watch: Recipe = function* (draw, ask) {
  const fd = yield* ask(abi.inotify_init1(abi.IN_NONBLOCK));
  if (!isFd(fd)) return;
  const mark = yield* ask(abi.inotify_add_watch(fd, "/tmp", abi.IN_ALL_EVENTS));
  yield* ask(abi.mkdir("/tmp/seen", 0o755));
  yield* ask(abi.rmdir("/tmp/seen"));
  yield* ask(abi.read(fd, draw.size()));
  if (typeof mark === "number") yield* ask(abi.inotify_rm_watch(fd, mark));
  yield* ask(abi.close(fd));
};

/** Messages through a queue, and by System V's. */
const talk: Recipe = function* (draw, ask) {
  const fd = yield* ask(abi.mq_open(`/q${draw.prng.below(3)}`, abi.O_RDWR | abi.O_CREAT | abi.O_NONBLOCK, 0o666));
  const id = yield* ask(abi.msgget(draw.number(4), abi.IPC_CREAT | 0o666));
  if (isFd(fd)) {
    yield* ask(abi.mq_notify(fd, "none"));
    yield* ask(abi.mq_send(fd, draw.bytes(), draw.number(9)));
    yield* ask(abi.mq_receive(fd, 8192));
    yield* ask(abi.close(fd));
  }
  if (!isFd(id)) return;
  yield* ask(abi.msgsnd(id, 1, draw.bytes(), abi.IPC_NOWAIT));
  yield* ask(abi.msgrcv(id, draw.size(), 0, abi.IPC_NOWAIT));
};

/** A cgroup with limits, somebody in it, and away again. */
const group: Recipe = function* (draw, ask) {
  const directory = `/sys/fs/cgroup/fuzz${draw.prng.below(4)}`;
  const say = function* (path: string, text: string): abi.Routine<void> {
    const fd = yield* ask(abi.open(path, abi.O_WRONLY));
    if (!isFd(fd)) return;
    yield* ask(abi.write(fd, new TextEncoder().encode(text)));
    yield* ask(abi.close(fd));
  };
  yield* ask(abi.mkdir(directory, 0o755));
  yield* say(`${directory}/cgroup.procs`, "0");
  yield* say(`${directory}/memory.max`, draw.from(["max", "1M", "20M", "0"]));
  yield* say(`${directory}/memory.high`, draw.from(["max", "4M"]));
  yield* say(`${directory}/pids.max`, draw.from(["max", "3", "20"]));
  yield* say(`${directory}/cpu.max`, draw.from(["max", "1000 100000", "50000 100000"]));
  yield* ask(abi.brk(draw.number(30_000_000)));
  yield* say("/sys/fs/cgroup/cgroup.procs", "0");
  yield* ask(abi.rmdir(directory));
};

export const RECIPES: readonly Recipe[] = [converse, ping, moveIn, enter, becomeRoot, file, file, watch, talk, group];
