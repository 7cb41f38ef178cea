/**
 * procfs: processes and kernel state as files, as one pid namespace sees them.
 *
 * Who reads decides what is shown: `/proc/self` and the mount tables are those of the running process.
 *
 * @see proc(5), fs/proc/
 */
import { type DirEntry, Errno } from "../../abi/index.ts";
import { fixedLink, link, PseudoFs, type PseudoTree, TreeDirectory } from "../../fs/index.ts";
import type { Inode } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import type { PidNamespace } from "../namespaces/pid.ts";
import { type Process, pidIn } from "../process.ts";
import { byLength, inOrder } from "./listing-order.ts";
import { MACHINE_FILES } from "./machine-files.ts";
import { type ProcOptions, procOptions, shownProcOptions } from "./proc-options.ts";
import { processDirectory } from "./process-directory.ts";
import { mayInspect } from "./ptrace.ts";
import { sysctls } from "./sysctl-tree.ts";

const PROC_SUPER_MAGIC = 0x9fa0;

export class ProcFs extends PseudoFs {
  override readonly type = "proc";
  override readonly source: string;
  override readonly root: Inode;
  override readonly isFixed = true;
  override readonly refusesAtOpen = false;
  override readonly magic = PROC_SUPER_MAGIC;
  readonly kernel: Kernel;
  /** The namespace whose processes show, under their numbers there. */
  readonly namespace: PidNamespace;
  #options: ProcOptions;

  /** @throws EINVAL for mount options that it does not have. */
  constructor(kernel: Kernel, namespace: PidNamespace, source: string, options = "") {
    super(kernel);
    this.#options = procOptions(options);
    this.kernel = kernel;
    this.namespace = namespace;
    this.source = source;
    this.root = new ProcRoot(this);
  }

  /** Who is looking. */
  get reader(): Process {
    return this.kernel.current ?? this.kernel.init;
  }

  get pidsOnly(): boolean {
    return this.#options.pidsOnly;
  }

  override options(): string {
    return shownProcOptions(this.#options);
  }

  override reconfigure(data: string): void {
    this.#options = procOptions(data, this.#options);
  }

  /** Whether the reader is to know of the process. */
  shows(process: Process): boolean {
    const { hidePid } = this.#options;
    return hidePid === "off" || hidePid === "noaccess" || this.#mayLookInto(process);
  }

  /** @throws EPERM if the reader may know of the process, but not what its directory holds; ENOENT if not even that. */
  checkLookInto(process: Process): void {
    if (this.#options.hidePid === "off" || this.#mayLookInto(process)) return;
    throw new Errno(this.#options.hidePid === "invisible" ? "ENOENT" : "EPERM");
  }

  #mayLookInto(process: Process): boolean {
    const { hidePid, gid } = this.#options;
    return (hidePid !== "ptraceable" && this.reader.creds.inGroup(gid)) || mayInspect(this.reader, process);
  }
}

/** What there is besides processes with `subset=pid`. */
const OF_READER: ReadonlySet<string> = new Set(["self", "thread-self"]);

class ProcRoot extends TreeDirectory<ProcFs> {
  readonly #proc: ProcFs;

  constructor(fs: ProcFs) {
    super(fs, ROOT_TREE);
    this.#proc = fs;
  }

  override lookup(name: string): Inode | undefined {
    const first = name.charCodeAt(0);
    const isHidden = this.#proc.pidsOnly && !OF_READER.has(name);
    if (first < 0x30 || first > 0x39) return isHidden ? undefined : super.lookup(name);
    const process = /^[1-9]\d*$/.test(name) ? this.#proc.namespace.find(Number(name)) : undefined;
    return process === undefined || !this.#proc.shows(process) ? undefined : processDirectory(this.#proc, process);
  }

  override *readdir(): Iterable<DirEntry> {
    for (const entry of super.readdir()) if (!this.#proc.pidsOnly || OF_READER.has(entry.name)) yield entry;
    const { processes } = this.#proc.namespace;
    for (const pid of [...processes.keys()].sort((a, b) => a - b)) {
      const process = processes.get(pid);
      if (process !== undefined && this.#proc.shows(process)) yield { name: String(pid), ino: pid * 1000, type: "dir" };
    }
  }

  protected override get nlink(): number {
    return 2 + this.#proc.namespace.processes.size;
  }
}

/** The reader's number, for `self`. @throws ENOENT if this procfs does not show the reader. */
function selfOf(fs: ProcFs): string {
  const pid = pidIn(fs.namespace, fs.reader);
  if (pid === 0) throw new Errno("ENOENT");
  return String(pid);
}

const ROOT_TREE: PseudoTree<ProcFs> = {
  ...inOrder(
    { ...MACHINE_FILES, mounts: fixedLink("self/mounts"), net: fixedLink("self/net"), sys: sysctls },
    byLength,
  ),
  self: link(selfOf),
  "thread-self": link((fs) => `${selfOf(fs)}/task/${selfOf(fs)}`),
};
