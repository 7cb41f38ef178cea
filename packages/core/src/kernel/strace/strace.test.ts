/** Expected lines are those of strace 6 on Linux for the same calls, without the addresses of memory. */
import { describe, expect, it } from "vitest";
import * as abi from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const ok = abi.SignalSet.of(abi.SIGINT, abi.SIGCHLD);

/** What strace prints of some calls of one process, without its number and without the blanks before results. */
async function traced(body: () => abi.Routine<unknown>): Promise<readonly string[]> {
  const machine = new TestMachine();
  const process = machine.spawn(function* () {
    yield* abi.mkdir("/w");
    yield* abi.chdir("/w");
    yield* abi.umask(0o022);
    yield* body();
    return 0;
  });
  const trace = machine.kernel.strace(process.pid);
  await machine.ended(process);
  return trace
    .lines()
    .slice(3)
    .map((line) => line.replace(`[pid ${String(process.pid).padStart(5)}] `, "").replace(/ += /, " = "));
}

describe("strace", () => {
  it("prints calls on descriptors as strace does", async () => {
    const lines = await traced(function* () {
      yield* put("f", 'hello "world"\n\x01\xff');
      const fd = yield* abi.open("f", abi.O_RDWR | abi.O_APPEND | abi.O_CREAT | abi.O_CLOEXEC, 0o644);
      yield* abi.read(fd, 100);
      yield* abi.write(fd, encode("x".repeat(50)));
      yield* abi.lseek(fd, 0, abi.SEEK_END);
      yield* abi.pread(fd, 3, 1);
      yield* abi.dup3(fd, 50, 0);
      yield* abi.fcntl(fd, "F_SETFD", 1);
      yield* abi.flock(fd, abi.LOCK_EX | abi.LOCK_NB);
      yield* abi.ioctl(fd, "TIOCGWINSZ").attempt();
      yield* abi.poll([{ fd, events: abi.POLLIN | abi.POLLOUT }], 0);
      const [read] = yield* abi.pipe2(abi.O_CLOEXEC);
      yield* abi.poll([{ fd: read, events: abi.POLLIN }], 1000);
      yield* abi.close(99).attempt();
    });
    expect(lines.slice(3, -2)).toEqual([
      'openat(AT_FDCWD, "f", O_RDWR|O_CREAT|O_APPEND|O_CLOEXEC, 0644) = 0',
      'read(0, "hello \\"world\\"\\n\\1\\303\\277", 100) = 17',
      'write(0, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"..., 50) = 50',
      "lseek(0, 0, SEEK_END) = 67",
      'pread64(0, "ell", 3, 1) = 3',
      "dup2(0, 50) = 50",
      "fcntl(0, F_SETFD, FD_CLOEXEC) = 0",
      "flock(0, LOCK_EX|LOCK_NB) = 0",
      "ioctl(0, TIOCGWINSZ, {...}) = -1 ENOTTY (Inappropriate ioctl for device)",
      "poll([{fd=0, events=POLLIN|POLLOUT}], 1, 0) = 1 ([{fd=0, revents=POLLIN|POLLOUT}])",
      "pipe2([1, 2], O_CLOEXEC) = 0",
      "poll([{fd=1, events=POLLIN}], 1, 1) = 0 (Timeout)",
      "close(99) = -1 EBADF (Bad file descriptor)",
    ]);
  });

  it("prints calls on names and attributes as strace does", async () => {
    const lines = await traced(function* () {
      yield* put("f", "ab");
      yield* abi.stat("f");
      yield* abi.lstat("none").attempt();
      yield* abi.access("f", abi.R_OK | abi.X_OK).attempt();
      const fd = yield* abi.open(".", abi.O_RDONLY | abi.O_NONBLOCK | abi.O_DIRECTORY);
      yield* abi.getdents(fd);
      yield* abi.mkdir("d", 0o755);
      yield* abi.link("f", "g");
      yield* abi.rename("g", "h");
      yield* abi.rename("h", "f", abi.RENAME_NOREPLACE).attempt();
      yield* abi.symlink("t", "l");
      yield* abi.readlink("l");
      yield* abi.mknod("p", abi.S_IFIFO | 0o666);
      yield* abi.mknod("n", abi.S_IFCHR | 0o600, abi.makedev(1, 3));
      yield* abi.chown("f", 0, -1);
      yield* abi.chmod("f", 0o4755);
      yield* abi.utimens("f");
      yield* abi.utimens("f", 1_000_000, 2_500_000);
      yield* abi.getcwd();
      yield* abi.setxattr("f", "user.a", encode("v"), 0);
      yield* abi.listxattr("f");
      yield* abi.getxattr("f", "user.b").attempt();
      yield* abi.inotify_add_watch(99, "/x", abi.IN_MODIFY | abi.IN_CREATE).attempt();
      yield* abi.mount("none", "/w", "tmpfs", abi.MS_NOSUID | abi.MS_NODEV, "size=1m");
      yield* abi.umount2("/w", abi.MNT_DETACH);
    });
    expect(lines.slice(3, -2)).toEqual([
      'newfstatat(AT_FDCWD, "f", {st_mode=S_IFREG|0644, st_size=2, ...}, 0) = 0',
      'newfstatat(AT_FDCWD, "none", {...}, AT_SYMLINK_NOFOLLOW) = -1 ENOENT (No such file or directory)',
      'access("f", R_OK|X_OK) = -1 EACCES (Permission denied)',
      'openat(AT_FDCWD, ".", O_RDONLY|O_NONBLOCK|O_DIRECTORY) = 0',
      "getdents64(0, /* 3 entries */, 32768) = 72",
      'mkdir("d", 0755) = 0',
      'link("f", "g") = 0',
      'rename("g", "h") = 0',
      'renameat2(AT_FDCWD, "h", AT_FDCWD, "f", RENAME_NOREPLACE) = -1 EEXIST (File exists)',
      'symlink("t", "l") = 0',
      'readlink("l", "t", 4096) = 1',
      'mknodat(AT_FDCWD, "p", S_IFIFO|0666) = 0',
      'mknodat(AT_FDCWD, "n", S_IFCHR|0600, makedev(0x1, 0x3)) = 0',
      'chown("f", 0, -1) = 0',
      'chmod("f", 04755) = 0',
      'utimensat(AT_FDCWD, "f", NULL, 0) = 0',
      'utimensat(AT_FDCWD, "f", [{tv_sec=1, tv_nsec=0}, {tv_sec=2, tv_nsec=500000000}], 0) = 0',
      'getcwd("/w", 4096) = 3',
      'setxattr("f", "user.a", "v", 1, 0) = 0',
      'listxattr("f", "user.a\\0", 65536) = 7',
      'getxattr("f", "user.b", {...}, 65536) = -1 ENODATA (No data available)',
      'inotify_add_watch(99, "/x", IN_MODIFY|IN_CREATE) = -1 EBADF (Bad file descriptor)',
      'mount("none", "/w", "tmpfs", MS_NOSUID|MS_NODEV, "size=1m") = 0',
      'umount2("/w", MNT_DETACH) = 0',
    ]);
  });

  it("prints calls on sockets as strace does", async () => {
    const lines = await traced(function* () {
      yield* abi.socket("inet", "stream", "default", abi.SOCK_CLOEXEC);
      yield* abi.setsockopt(0, "SO_REUSEADDR", 1);
      yield* abi.bind(0, { family: "inet", address: "127.0.0.1", port: 8080 });
      yield* abi.listen(0, 5);
      yield* abi.socket("unix", "dgram");
      yield* abi.bind(1, { family: "unix", path: "\0abs" });
      yield* abi.sendto(1, encode("x"), 0, { family: "unix", path: "\0abs" });
      yield* abi.recvfrom(1, 10);
      yield* abi.connect(1, { family: "unix", path: "/nope" }).attempt();
      yield* abi.getsockname(0);
      yield* abi.getsockopt(0, "SO_ERROR");
      yield* abi.shutdown(0, "write").attempt();
    });
    const own = '{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}';
    expect(lines.slice(0, -2)).toEqual([
      "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 0",
      "setsockopt(0, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
      `bind(0, ${own}, 16) = 0`,
      "listen(0, 5) = 0",
      "socket(AF_UNIX, SOCK_DGRAM, 0) = 1",
      'bind(1, {sa_family=AF_UNIX, sun_path=@"abs"}, 6) = 0',
      'sendto(1, "x", 1, 0, {sa_family=AF_UNIX, sun_path=@"abs"}, 6) = 1',
      expect.stringMatching(/^recvfrom\(1, "x", 10, 0, .* = 1$/),
      'connect(1, {sa_family=AF_UNIX, sun_path="/nope"}, 8) = -1 ENOENT (No such file or directory)',
      `getsockname(0, ${own}, [16]) = 0`,
      "getsockopt(0, SOL_SOCKET, SO_ERROR, [0], [4]) = 0",
      expect.stringMatching(/^shutdown\(0, SHUT_WR\) = /),
    ]);
  });

  it("prints processes, signals and identities as strace does, and follows children", async () => {
    const lines = await traced(function* () {
      yield* abi.sigaction(abi.SIGUSR1, function* () {}, { restart: false });
      yield* abi.kill(yield* abi.getpid(), abi.SIGUSR1);
      yield* abi.sigprocmask("block", ok);
      yield* abi.clone(function* () {
        yield* abi.kill(yield* abi.getpid(), abi.SIGKILL);
        return 0;
      }, undefined);
      yield* abi.wait4();
      yield* abi.wait4(-1, abi.WNOHANG).attempt();
      yield* abi.nanosleep(1000);
      yield* abi.prlimit(0, "core", { soft: 0, hard: Number.POSITIVE_INFINITY });
      yield* abi.setgroups([0, 5]);
      yield* abi.setresuid(0, 0, -1);
      yield* abi.prctl("PR_SET_NAME", "name");
      yield* abi.unshare(new Set(["uts", "mnt"]));
      yield* abi.sethostname("h");
      yield* abi.uname();
      yield* abi.execve("/none", ["none", "a b"], new Map([["A", "1"]])).attempt();
      yield* abi.exit(3);
    });
    const [pid, child] = [...lines.join("\n").matchAll(/(?:getpid\(\)|clone\(.*\)) = (\d+)/g)].map(([, n]) => n);
    expect(lines.map((line) => line.replace(/^\[pid +\d+\]/, "[child]"))).toEqual([
      "rt_sigaction(SIGUSR1, {sa_handler={...}, sa_mask=[], sa_flags=0}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0",
      `getpid() = ${pid}`,
      `kill(${pid}, SIGUSR1) = 0`,
      "--- SIGUSR1 {si_signo=SIGUSR1} ---",
      "rt_sigprocmask(SIG_BLOCK, [INT CHLD], [], 8) = 0",
      `clone(child_stack=NULL, flags=SIGCHLD) = ${child}`,
      `[child] getpid() = ${child}`,
      `[child] kill(${child}, SIGKILL) = ?`,
      "[child] +++ killed by SIGKILL +++",
      `wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = ${child}`,
      "wait4(-1, {...}, WNOHANG, NULL) = -1 ECHILD (No child processes)",
      "clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=1000000}, NULL) = 0",
      expect.stringMatching(
        /^prlimit64\(0, RLIMIT_CORE, \{rlim_cur=0, rlim_max=RLIM64_INFINITY\}, \{rlim_cur=.*\}\) = 0$/,
      ),
      "setgroups(2, [0, 5]) = 0",
      "setresuid(0, 0, -1) = 0",
      'prctl(PR_SET_NAME, "name") = 0',
      "unshare(CLONE_NEWNS|CLONE_NEWUTS) = 0",
      'sethostname("h", 1) = 0',
      'uname({sysname="Linux", nodename="h", ...}) = 0',
      'execve("/none", ["none", "a b"], /* 1 vars */) = -1 ENOENT (No such file or directory)',
      "exit_group(3) = ?",
      "+++ exited with 3 +++",
    ]);
  });

  it("lines results up in column 40, behind the number of the process", async () => {
    const machine = new TestMachine();
    const process = machine.spawn(function* () {
      yield* abi.getpid();
      return 0;
    });
    const trace = machine.kernel.strace(process.pid);
    await machine.ended(process);
    expect(trace.lines()[0]).toMatch(/^\[pid +\d+\] getpid\(\) += \d+$/);
    expect(trace.lines()[0]?.indexOf(" = ")).toBe(39);
  });
});
