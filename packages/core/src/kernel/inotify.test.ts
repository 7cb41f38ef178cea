/** Expected events are what Linux 6.18 tells for the same calls on tmpfs, on ext4 and on overlayfs. */
import { describe, expect, it } from "vitest";
import {
  type Call,
  chmod,
  chown,
  clone,
  close,
  decodeInotify,
  dup,
  Errno,
  executable,
  execve,
  fstat,
  ftruncate,
  getdents,
  IN_ALL_EVENTS,
  IN_ATTRIB,
  IN_CREATE,
  IN_DONT_FOLLOW,
  IN_EXCL_UNLINK,
  IN_ISDIR,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_MODIFY,
  IN_NONBLOCK,
  IN_ONESHOT,
  IN_ONLYDIR,
  inotify_add_watch,
  inotify_init1,
  inotify_rm_watch,
  ioctl,
  link,
  mkdir,
  mknod,
  mount,
  nanosleep,
  O_CREAT,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  open,
  poll,
  pread,
  pwrite,
  type Routine,
  read,
  readlink,
  rename,
  rmdir,
  S_IFCHR,
  S_IFIFO,
  setresgid,
  setresuid,
  setxattr,
  symlink,
  sysctl,
  truncate,
  umount2,
  unlink,
  utimens,
  wait4,
  write,
} from "../abi/index.ts";
import { decode, encode } from "../lib/index.ts";
import { codeOf, get, put } from "../testing/describe-file-system.ts";
import { TestMachine } from "../testing/machine.ts";

const BITS =
  "ACCESS MODIFY ATTRIB CLOSE_WRITE CLOSE_NOWRITE OPEN MOVED_FROM MOVED_TO CREATE DELETE DELETE_SELF MOVE_SELF"
    .split(" ")
    .map((name, bit): [number, string] => [1 << bit, name]);
const NAMES: readonly [number, string][] = [
  ...BITS,
  [0x2000, "UNMOUNT"],
  [0x4000, "Q_OVERFLOW"],
  [0x8000, "IGNORED"],
  [0x40000000, "ISDIR"],
];

/** Some calls, or one. */
type Act = Iterable<Call, unknown, unknown>;

/** What is queued now: "WATCHED EVENTS#MOVE NAME", separated by commas. */
function* told(fd: number, watched: ReadonlyMap<number, string> = new Map()): Routine<string> {
  const bytes = yield* read(fd, 1_000_000).attempt();
  if (!(bytes instanceof Uint8Array)) return bytes.code;
  const moves = new Map<number, number>([[0, 0]]);
  const lines = decodeInotify(bytes).map(({ wd, mask, cookie, name }) => {
    if (!moves.has(cookie)) moves.set(cookie, moves.size);
    const events = NAMES.flatMap(([bit, word]) => ((mask & bit) === 0 ? [] : [word])).join("|");
    const move = cookie === 0 ? "" : `#${moves.get(cookie)}`;
    return `${watched.get(wd) ?? wd} ${events}${move} ${name.replace(/^#\d+$/, "#")}`.trim();
  });
  return lines.join(", ");
}

function* put1(path: string, flags = O_WRONLY | O_CREAT): Routine<void> {
  const fd = yield* open(path, flags, 0o644);
  yield* write(fd, encode("x"));
  yield* close(fd);
}

function* visit(path: string, flags: number, use?: (fd: number) => Act): Routine<void> {
  const fd = yield* open(path, flags);
  if (use !== undefined) yield* use(fd);
  yield* close(fd);
}

const file = () => put1("/c/f");
const fileAndDirectory = function* () {
  yield* put1("/c/f");
  yield* mkdir("/c/d");
};
const nothing = function* () {};
const start = function* () {
  return yield* execve("/c/t", ["t"], new Map());
};

interface Case {
  readonly setup: () => Act;
  readonly watched: string;
  readonly act: () => Act;
  readonly told: string;
  readonly mask?: number;
}

const REWRITTEN = ". OPEN f, f OPEN, . MODIFY f, f MODIFY, . CLOSE_WRITE f, f CLOSE_WRITE";

const CASES: Readonly<Record<string, Case>> = {
  "a new file": { setup: nothing, watched: ".", act: file, told: ". CREATE f, . OPEN f, . MODIFY f, . CLOSE_WRITE f" },
  "a file written again": { setup: file, watched: ". f", act: file, told: REWRITTEN },
  "a file cut at open": {
    setup: file,
    watched: ". f",
    act: () => visit("/c/f", O_WRONLY | O_TRUNC),
    told: REWRITTEN,
  },
  "a file read to its end": {
    setup: file,
    watched: ". f",
    act: () =>
      visit("/c/f", O_RDONLY, function* (fd) {
        yield* read(fd, 10);
        yield* read(fd, 10);
      }),
    told: ". OPEN f, f OPEN, . ACCESS f, f ACCESS, . CLOSE_NOWRITE f, f CLOSE_NOWRITE",
  },
  "a write of nothing": {
    setup: file,
    watched: ".",
    act: () => visit("/c/f", O_RDWR, (fd) => write(fd, new Uint8Array(0))),
    told: ". OPEN f, . CLOSE_WRITE f",
  },
  "pwrite, pread and ftruncate": {
    setup: file,
    watched: ".",
    act: () =>
      visit("/c/f", O_RDWR, function* (fd) {
        yield* pwrite(fd, encode("x"), 5);
        yield* pread(fd, 1, 0);
        yield* ftruncate(fd, 3);
      }),
    told: ". OPEN f, . MODIFY f, . ACCESS f, . MODIFY f, . CLOSE_WRITE f",
  },
  "two descriptors of one open file": {
    setup: file,
    watched: ".",
    act: () =>
      visit("/c/f", O_RDWR, function* (fd) {
        yield* close(yield* dup(fd));
      }),
    told: ". OPEN f, . CLOSE_WRITE f",
  },
  "an O_PATH file": { setup: file, watched: ". f", act: () => visit("/c/f", O_PATH), told: "EAGAIN" },
  "a directory made and removed": {
    setup: nothing,
    watched: ".",
    act: function* () {
      yield* mkdir("/c/d");
      yield* rmdir("/c/d");
    },
    told: ". CREATE|ISDIR d, . DELETE|ISDIR d",
  },
  "a watched directory removed": {
    setup: () => mkdir("/c/d"),
    watched: ". d",
    act: () => rmdir("/c/d"),
    told: "d DELETE_SELF, d IGNORED, . DELETE|ISDIR d",
  },
  "a watched file removed": {
    setup: file,
    watched: ". f",
    act: () => unlink("/c/f"),
    told: "f ATTRIB, f DELETE_SELF, f IGNORED, . DELETE f",
  },
  "a file removed while it is open": {
    setup: file,
    watched: ". f",
    act: () =>
      visit("/c/f", O_RDWR, function* (fd) {
        yield* unlink("/c/f");
        yield* write(fd, encode("y"));
      }),
    told: ". OPEN f, f OPEN, f ATTRIB, . DELETE f, . MODIFY f, f MODIFY, . CLOSE_WRITE f, f CLOSE_WRITE, f DELETE_SELF, f IGNORED",
  },
  "the same with IN_EXCL_UNLINK": {
    setup: file,
    watched: ".",
    act: () =>
      visit("/c/f", O_RDWR, function* (fd) {
        yield* unlink("/c/f");
        yield* write(fd, encode("y"));
      }),
    mask: IN_ALL_EVENTS | IN_EXCL_UNLINK,
    told: ". OPEN f, . DELETE f",
  },
  "a second name": { setup: file, watched: ". f", act: () => link("/c/f", "/c/g"), told: "f ATTRIB, . CREATE g" },
  "a second name removed": {
    setup: function* () {
      yield* file();
      yield* link("/c/f", "/c/g");
    },
    watched: ". f",
    act: () => unlink("/c/g"),
    told: "f ATTRIB, . DELETE g",
  },
  "a write by another name": {
    setup: function* () {
      yield* fileAndDirectory();
      yield* link("/c/f", "/c/d/g");
    },
    watched: ". f d",
    act: () => put1("/c/d/g"),
    told: "d OPEN g, f OPEN, d MODIFY g, f MODIFY, d CLOSE_WRITE g, f CLOSE_WRITE",
  },
  "a symbolic link": {
    setup: nothing,
    watched: ".",
    act: function* () {
      yield* symlink("x", "/c/l");
      yield* readlink("/c/l");
      yield* unlink("/c/l");
    },
    told: ". CREATE l, . DELETE l",
  },
  "a FIFO in use": {
    setup: () => mknod("/c/p", S_IFIFO | 0o644),
    watched: ".",
    act: () =>
      visit("/c/p", O_RDWR, function* (fd) {
        yield* write(fd, encode("x"));
        yield* read(fd, 1);
      }),
    told: ". OPEN p, . CLOSE_WRITE p",
  },
  "a rename": {
    setup: file,
    watched: ". f",
    act: () => rename("/c/f", "/c/g"),
    told: ". MOVED_FROM#1 f, . MOVED_TO#1 g, f MOVE_SELF",
  },
  "a rename over a file": {
    setup: function* () {
      yield* file();
      yield* put1("/c/g");
    },
    watched: ". f g",
    act: () => rename("/c/f", "/c/g"),
    told: ". MOVED_FROM#1 f, . MOVED_TO#1 g, g ATTRIB, f MOVE_SELF, g DELETE_SELF, g IGNORED",
  },
  "a rename between directories": {
    setup: function* () {
      for (const path of ["/c/a", "/c/b", "/c/a/x"]) yield* mkdir(path);
    },
    watched: ". a b a/x",
    act: () => rename("/c/a/x", "/c/b/y"),
    told: "a MOVED_FROM|ISDIR#1 x, b MOVED_TO|ISDIR#1 y, a/x MOVE_SELF",
  },
  "a rename over a directory": {
    setup: function* () {
      for (const path of ["/c/a", "/c/b"]) yield* mkdir(path);
    },
    watched: ". a b",
    act: () => rename("/c/a", "/c/b"),
    told: ". MOVED_FROM|ISDIR#1 a, . MOVED_TO|ISDIR#1 b, b ATTRIB|ISDIR, a MOVE_SELF, b DELETE_SELF, b IGNORED",
  },
  "a rename from one name to the other": {
    setup: function* () {
      yield* file();
      yield* link("/c/f", "/c/g");
    },
    watched: ".",
    act: () => rename("/c/f", "/c/g"),
    told: "EAGAIN",
  },
  "an exchange": {
    setup: function* () {
      yield* file();
      yield* mkdir("/c/g");
    },
    watched: ". f g",
    act: () => rename("/c/f", "/c/g", 2),
    told: ". MOVED_FROM#1 f, . MOVED_TO#1 g, f MOVE_SELF, . MOVED_FROM|ISDIR#2 g, . MOVED_TO|ISDIR#2 f, g MOVE_SELF",
  },
  "attributes changed": {
    setup: fileAndDirectory,
    watched: ". f d",
    act: function* () {
      yield* chmod("/c/f", 0o600);
      yield* chmod("/c/d", 0o700);
      yield* chmod("/c", 0o755);
      yield* chown("/c/f", 1, 1);
      yield* chown("/c/f", -1, -1);
      yield* setxattr("/c/f", "trusted.a", encode("x"), 0);
    },
    told: ". ATTRIB f, f ATTRIB, . ATTRIB|ISDIR d, d ATTRIB|ISDIR, . ATTRIB|ISDIR, . ATTRIB f, f ATTRIB, . ATTRIB f, f ATTRIB",
  },
  "times set": {
    setup: file,
    watched: ".",
    act: function* () {
      yield* utimens("/c/f", 1, 1);
      yield* utimens("/c/f", 1, "omit");
      yield* utimens("/c/f", "omit", 1);
      yield* utimens("/c/f", "omit", "omit");
    },
    told: ". ATTRIB f, . ACCESS f, . MODIFY f",
  },
  "truncate to the same size": {
    setup: file,
    watched: ". f",
    act: () => truncate("/c/f", 1),
    told: ". MODIFY f, f MODIFY",
  },
  "a directory listed": {
    setup: fileAndDirectory,
    watched: ". d",
    act: () =>
      visit("/c/d", O_RDONLY, function* (fd) {
        while ((yield* getdents(fd)).length > 0);
      }),
    told: ". OPEN|ISDIR d, d OPEN|ISDIR, . ACCESS|ISDIR d, d ACCESS|ISDIR, . ACCESS|ISDIR d, d ACCESS|ISDIR, . CLOSE_NOWRITE|ISDIR d, d CLOSE_NOWRITE|ISDIR",
  },
  "the same thing three times": {
    setup: file,
    watched: ".",
    act: function* () {
      for (const mode of [0o600, 0o640, 0o644]) yield* chmod("/c/f", mode);
    },
    told: ". ATTRIB f",
  },
  IN_ONESHOT: {
    setup: file,
    watched: ".",
    act: function* () {
      for (const mode of [0o600, 0o640]) yield* chmod("/c/f", mode);
    },
    mask: IN_ALL_EVENTS | IN_ONESHOT,
    told: ". ATTRIB f, . IGNORED",
  },
  "a file without a name that gets one": {
    setup: nothing,
    watched: ".",
    act: () =>
      visit("/c", O_RDWR | O_TMPFILE, function* (fd) {
        yield* write(fd, encode("x"));
        yield* link(`/proc/self/fd/${fd}`, "/c/n", { follow: true });
      }),
    told: ". OPEN #, . MODIFY #, . CREATE n, . CLOSE_WRITE #",
  },
  "a program that is started": {
    setup: function* () {
      yield* put("/c/t", decode(executable("t")), 0o755);
      yield* chmod("/c/t", 0o755);
    },
    watched: ".",
    act: function* () {
      yield* clone(start, undefined);
      yield* wait4();
    },
    told: ". OPEN t, . ACCESS t, . CLOSE_NOWRITE t",
  },
  "a script that is started": {
    setup: function* () {
      yield* put("/c/t", "#!/c/i\n");
      yield* put("/c/i", decode(executable("t")));
      for (const path of ["/c/t", "/c/i"]) yield* chmod(path, 0o755);
    },
    watched: ".",
    act: function* () {
      yield* clone(start, undefined);
      yield* wait4();
    },
    told: ". OPEN t, . ACCESS t, . CLOSE_NOWRITE t, . OPEN i, . ACCESS i, . CLOSE_NOWRITE i",
  },
};

function machine(): TestMachine {
  const made = new TestMachine();
  made.kernel.programs.set("t", function* () {
    return 0;
  });
  return made;
}

function* happens({ setup, watched, act, mask = IN_ALL_EVENTS }: Case): Routine<string> {
  yield* setup();
  const fd = yield* inotify_init1(IN_NONBLOCK);
  const names = new Map<number, string>();
  for (const name of watched.split(" ")) names.set(yield* inotify_add_watch(fd, `/c/${name}`, mask), name);
  yield* act();
  return yield* told(fd, names);
}

/** An overlay at /c, over a lower directory that is empty. */
function* overlay(): Routine<void> {
  for (const path of ["/l", "/u", "/w", "/c"]) yield* mkdir(path);
  yield* mount("overlay", "/c", "overlay", 0, "lowerdir=/l,upperdir=/u,workdir=/w");
}

const run = <T>(routine: () => Routine<T>): Promise<T> => machine().run(routine);

describe("inotify", () => {
  it.each(Object.entries(CASES))("tells of %s", async (_title, story) => {
    const plain = await run(function* () {
      yield* mkdir("/c");
      return yield* happens(story);
    });
    const overlaid = await run(function* () {
      yield* overlay();
      return yield* happens(story);
    });
    expect([plain, overlaid]).toEqual([story.told, story.told]);
  });

  it("goes on watching a lower file that is copied up", async () => {
    const events = await run(function* () {
      yield* mkdir("/l");
      yield* put("/l/f", "x");
      for (const path of ["/u", "/w", "/c"]) yield* mkdir(path);
      yield* mount("overlay", "/c", "overlay", 0, "lowerdir=/l,upperdir=/u,workdir=/w");
      return yield* happens({ setup: nothing, watched: "f", act: file, told: "" });
    });
    expect(events).toBe("f OPEN, f MODIFY, f CLOSE_WRITE");
  });

  it("set-uid bits that a writer loses are told before the write, and chown tells once", async () => {
    const events = await run(function* () {
      yield* mkdir("/c");
      yield* put1("/c/f");
      yield* chmod("/c/f", 0o4777);
      const fd = yield* inotify_init1(IN_NONBLOCK);
      yield* inotify_add_watch(fd, "/c/f", IN_ATTRIB | IN_MODIFY);
      yield* clone(function* () {
        yield* setresgid(1);
        yield* setresuid(1);
        yield* put1("/c/f");
        return 0;
      }, undefined);
      yield* wait4();
      yield* chmod("/c/f", 0o4777);
      yield* told(fd);
      yield* chmod("/c/f", 0o4755);
      return [yield* told(fd), yield* chown("/c/f", 2, 2), yield* told(fd)];
    });
    expect(events).toEqual(["1 ATTRIB", undefined, "1 ATTRIB"]);
  });

  it("answers bad requests as the manual says", async () => {
    const codes = await run(function* () {
      yield* mkdir("/c");
      yield* fileAndDirectory();
      yield* symlink("nowhere", "/c/l");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      const other = yield* open("/c/f", O_RDONLY);
      const add = (path: string, mask: number) => inotify_add_watch(fd, path, mask).attempt();
      yield* inotify_add_watch(fd, "/c/d", IN_ALL_EVENTS);
      const answers = [
        yield* inotify_init1(1).attempt(),
        yield* inotify_add_watch(77, "/c/f", IN_MODIFY).attempt(),
        yield* inotify_add_watch(other, "/c/f", IN_MODIFY).attempt(),
        yield* add("/c/none", IN_MODIFY),
        yield* add("", IN_MODIFY),
        yield* add("/c/f", 0),
        yield* add("/c/f", 0x00100001),
        yield* add("/c/f", IN_MODIFY | IN_ONLYDIR),
        yield* add("/c/l", IN_MODIFY),
        yield* add("/c/d", IN_MODIFY | IN_MASK_CREATE),
        yield* add("/c/d", IN_MODIFY | IN_MASK_CREATE | IN_MASK_ADD),
        yield* inotify_rm_watch(fd, 99).attempt(),
        yield* inotify_rm_watch(other, 1).attempt(),
        yield* inotify_rm_watch(77, 1).attempt(),
        yield* write(fd, encode("x")).attempt(),
      ];
      const good = [yield* add("/c/l", IN_MODIFY | IN_DONT_FOLLOW), yield* add("/c/f", IN_ISDIR)];
      return [answers.map((answer) => (answer instanceof Errno ? answer.code : "ok")).join(" "), good];
    });
    const refused = "EINVAL EBADF EINVAL ENOENT ENOENT EINVAL EINVAL ENOTDIR ENOENT EEXIST EINVAL";
    expect(codes).toEqual([`${refused} EINVAL EINVAL EBADF EBADF`, [2, 3]]);
  });

  it("wants to be able to read what it watches", async () => {
    const codes = await run(function* () {
      yield* mkdir("/c");
      yield* put1("/c/f");
      yield* chmod("/c/f", 0o300);
      yield* setresuid(5);
      const fd = yield* inotify_init1();
      return [yield* codeOf(inotify_add_watch(fd, "/c/f", IN_MODIFY))];
    });
    expect(codes).toEqual(["EACCES"]);
  });

  it("adding a watch again changes or extends its mask; numbers are not used twice", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      yield* put1("/c/f");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      const first = yield* inotify_add_watch(fd, "/c/f", IN_ATTRIB);
      const again = yield* inotify_add_watch(fd, "/c/f", IN_MODIFY);
      const act = function* () {
        yield* chmod("/c/f", 0o600);
        yield* put1("/c/f");
      };
      yield* act();
      const replaced = yield* told(fd);
      yield* inotify_add_watch(fd, "/c/f", IN_ATTRIB | IN_MASK_ADD);
      yield* act();
      const extended = yield* told(fd);
      yield* inotify_rm_watch(fd, first);
      const ignored = yield* told(fd);
      return [first, again, replaced, extended, ignored, yield* inotify_add_watch(fd, "/c/f", IN_ATTRIB)];
    });
    expect(seen).toEqual([1, 1, "1 MODIFY", "1 ATTRIB, 1 MODIFY", "1 IGNORED", 2]);
  });

  it("gives whole records only, padded to 16 bytes, and says how many bytes wait", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      yield* inotify_add_watch(fd, "/c", IN_CREATE);
      yield* put1("/c/f");
      yield* put1("/c/abcdefghijklmnop");
      const before = [yield* ioctl(fd, "FIONREAD"), yield* codeOf(read(fd, 31))];
      const first = yield* read(fd, 79);
      return [before, [...first.subarray(0, 18)], first.length, (yield* read(fd, 100)).length, yield* told(fd)];
    });
    expect(seen).toEqual([[80, "EINVAL"], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 102, 0], 32, 48, "EAGAIN"]);
  });

  it("a reader and a poller wait for the next event", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      const fd = yield* inotify_init1();
      yield* inotify_add_watch(fd, "/c", IN_CREATE);
      const early = (yield* poll([{ fd, events: 1 }], 0)).length;
      yield* clone(function* () {
        yield* nanosleep(5000);
        yield* put1("/c/a");
        yield* nanosleep(5000);
        yield* put1("/c/b");
        return 0;
      }, undefined);
      const first = yield* told(fd);
      return [early, first, (yield* poll([{ fd, events: 1 }])).length, yield* told(fd)];
    });
    expect(seen).toEqual([0, "1 CREATE a", 1, "1 CREATE b"]);
  });

  it("a queue that is full ends with one overflow", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      yield* sysctl("fs.inotify.max_queued_events", "4");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      yield* inotify_add_watch(fd, "/c", IN_CREATE);
      for (const name of "abcdefg") yield* put1(`/c/${name}`);
      const full = yield* told(fd);
      yield* put1("/c/h");
      return [full, yield* told(fd)];
    });
    expect(seen).toEqual(["1 CREATE a, 1 CREATE b, 1 CREATE c, 1 CREATE d, -1 Q_OVERFLOW", "1 CREATE h"]);
  });

  it("instances and watches of a user are counted", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      yield* fileAndDirectory();
      yield* sysctl("fs.inotify.max_user_instances", "2");
      yield* sysctl("fs.inotify.max_user_watches", "1");
      const first = yield* inotify_init1();
      const second = yield* inotify_init1();
      const codes = [yield* codeOf(inotify_init1())];
      yield* close(second);
      codes.push(yield* codeOf(inotify_init1()));
      yield* inotify_add_watch(first, "/c/f", IN_MODIFY);
      codes.push(yield* codeOf(inotify_add_watch(first, "/c/d", IN_MODIFY)));
      yield* unlink("/c/f");
      codes.push(yield* codeOf(inotify_add_watch(first, "/c/d", IN_MODIFY)));
      return codes;
    });
    expect(seen).toEqual(["EMFILE", "ok", "ENOSPC", "ok"]);
  });

  it("a file system that is unmounted takes its watches with it", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      yield* mkdir("/c/m");
      yield* mount("x", "/c/m", "tmpfs");
      yield* put1("/c/m/f");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      const names = new Map<number, string>();
      for (const name of ["m", "m/f"]) names.set(yield* inotify_add_watch(fd, `/c/${name}`, IN_ALL_EVENTS), name);
      yield* umount2("/c/m");
      return yield* told(fd, names);
    });
    expect(seen).toBe("m/f UNMOUNT, m/f IGNORED, m UNMOUNT|ISDIR, m IGNORED");
  });

  it("a directory that is open or worked in outlives its name", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      yield* mkdir("/c/d");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      yield* inotify_add_watch(fd, "/c/d", IN_ALL_EVENTS);
      const held = yield* open("/c/d");
      yield* rmdir("/c/d");
      const before = yield* told(fd);
      yield* close(held);
      return [before, yield* told(fd)];
    });
    expect(seen).toEqual(["1 OPEN|ISDIR", "1 CLOSE_NOWRITE|ISDIR, 1 DELETE_SELF, 1 IGNORED"]);
  });

  it("devices are told as opened and closed, and not as written", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      yield* mknod("/c/null", S_IFCHR | 0o666, 0x103);
      const fd = yield* inotify_init1(IN_NONBLOCK);
      yield* inotify_add_watch(fd, "/c", IN_ALL_EVENTS);
      yield* put1("/c/null");
      return yield* told(fd);
    });
    expect(seen).toBe("1 OPEN null, 1 CLOSE_WRITE null");
  });

  it("shows in /proc as an anonymous inode with its watches", async () => {
    const seen = await run(function* () {
      yield* mkdir("/c");
      const fd = yield* inotify_init1(IN_NONBLOCK);
      yield* inotify_add_watch(fd, "/c", IN_CREATE);
      const { mode } = yield* fstat(fd);
      const info = yield* get(`/proc/self/fdinfo/${fd}`);
      return [yield* readlink(`/proc/self/fd/${fd}`), mode, info];
    });
    expect(seen).toEqual([
      "anon_inode:inotify",
      0o600,
      expect.stringMatching(
        /flags:\t0\d*4000\n[\s\S]*\ninotify wd:1 ino:[\da-f]+ sdev:[\da-f]+ mask:100 ignored_mask:0 fhandle/,
      ),
    ]);
  });
});
