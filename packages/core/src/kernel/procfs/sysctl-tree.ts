/** /proc/sys: sysctls as files, read and written as the running process sees them. */
import { Errno, HOST_NAME_MAX, O_ACCMODE, O_RDONLY, O_WRONLY } from "../../abi/index.ts";
import {
  file,
  type PseudoAttributes,
  type PseudoContents,
  PseudoDirectory,
  PseudoFile,
  type PseudoLeaf,
  type PseudoTree,
  TreeDirectory,
  textFile,
} from "../../fs/index.ts";
import type { FileOps, Inode } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import {
  deviceSysctlNames,
  mayWriteSysctl,
  modeOfSysctl,
  readSysctl,
  SYSCTL_NAMES,
  writeSysctl,
} from "../sysctl/sysctl.ts";
import { byBytes, inOrder } from "./listing-order.ts";
import type { ProcFs } from "./proc-fs.ts";

type MutableTree = { [name: string]: MutableTree | PseudoLeaf<ProcFs> };

const text = (read: (fs: ProcFs) => string): PseudoLeaf<ProcFs> => textFile((fs) => `${read(fs)}\n`);

let made: PseudoTree<ProcFs> | undefined;

/** Every machine's /proc/sys: made when somebody looks for the first time, for few programs do. */
export const sysctls: PseudoLeaf<ProcFs> = (fs) => {
  made ??= makeTree();
  return new TreeDirectory(fs, made);
};

function makeTree(): PseudoTree<ProcFs> {
  const tree: MutableTree = { abi: {}, debug: {}, dev: {} };
  for (const name of SYSCTL_NAMES) insert(tree, name.split("."), sysctlFile(name));
  insert(tree, ["kernel", "hostname"], nameFile("hostname"));
  insert(tree, ["kernel", "domainname"], nameFile("domainname"));
  insert(
    tree,
    ["kernel", "osrelease"],
    text(({ kernel }) => kernel.machine.kernelRelease),
  );
  insert(
    tree,
    ["kernel", "version"],
    text(({ kernel }) => kernel.machine.kernelVersion),
  );
  insert(
    tree,
    ["kernel", "ns_last_pid"],
    text(({ namespace }) => String(namespace.lastPid)),
  );
  insert(
    tree,
    ["kernel", "random", "uuid"],
    text(({ kernel }) => kernel.random.uuid()),
  );
  insert(
    tree,
    ["kernel", "random", "boot_id"],
    text(({ kernel }) => bootId(kernel)),
  );
  insert(
    tree,
    ["kernel", "random", "entropy_avail"],
    text(() => "256"),
  );
  for (const name of ["symlinks", "hardlinks", "regular", "fifos"] as const) {
    const read = text(({ kernel }) => String(Number(kernel.machine.protections[name])));
    insert(tree, ["fs", `protected_${name}`], read);
  }
  for (const family of ["ipv4", "ipv6"] as const) {
    insert(tree, ["net", family, "conf"], deviceSysctls(family, "conf", ["all", "default"]));
    insert(tree, ["net", family, "neigh"], deviceSysctls(family, "neigh", []));
  }
  return inOrder(tree, byBytes);
}

/** A directory for each device of the reader's network stack, besides those of other names. */
function deviceSysctls(family: "ipv4" | "ipv6", part: "conf" | "neigh", others: readonly string[]): PseudoLeaf<ProcFs> {
  const fields = deviceSysctlNames(family, part);
  return (fs) => {
    const names = (): readonly string[] =>
      [...others, ...fs.reader.ns.net.stack(fs.kernel.net).devices.map(({ name }) => name)].sort(byBytes);
    const make = (device: string): Inode => {
      const find = (name: string): Inode | undefined =>
        fields.includes(name) ? sysctlFile(`net.${family}.${part}.${device}.${name}`)(fs) : undefined;
      const list = () => fields.map((name, at) => ({ name, ino: at + 1, type: "file" as const }));
      return new PseudoDirectory(fs, { mode: 0o555 }, { find, list });
    };
    return new PseudoDirectory(
      fs,
      { mode: 0o555 },
      {
        find: (name) => (names().includes(name) ? make(name) : undefined),
        list: () => names().map((name, at) => ({ name, ino: at + 1, type: "dir" as const })),
      },
    );
  };
}

function insert(tree: MutableTree, path: readonly string[], leaf: PseudoLeaf<ProcFs>): void {
  let at = tree;
  for (const name of path.slice(0, -1)) {
    const next = at[name];
    if (next !== undefined && typeof next !== "function") at = next;
    else {
      const below: MutableTree = {};
      at[name] = below;
      at = below;
    }
  }
  at[path[path.length - 1] as string] = leaf;
}

/** Unlike elsewhere, the mode of the file holds for root, too. @see fs/proc/proc_sysctl.c:proc_sys_permission */
class SysctlFile extends PseudoFile {
  readonly #mayWrite: () => boolean;

  constructor(fs: ProcFs, attributes: PseudoAttributes, contents: PseudoContents, mayWrite: () => boolean) {
    super(fs, attributes, contents);
    this.#mayWrite = mayWrite;
  }

  override open(flags: number): FileOps {
    const wanted = flags & O_ACCMODE;
    const reads = wanted !== O_WRONLY && (this.mode & 0o400) === 0;
    const writes = wanted !== O_RDONLY && ((this.mode & 0o200) === 0 || !this.#mayWrite());
    if (reads || writes) throw new Errno("EACCES");
    return super.open(flags);
  }
}

function sysctlFile(name: string): PseudoLeaf<ProcFs> {
  return (fs) => {
    const mode = modeOfSysctl(fs.reader, name);
    const read = (): string => `${readSysctl(fs.reader, name)}\n`;
    const write = (value: string): void => writeSysctl(fs.reader, name, value);
    return new SysctlFile(fs, { mode }, { read, write }, () => mayWriteSysctl(fs.reader, name));
  };
}

function nameFile(field: "hostname" | "domainname"): PseudoLeaf<ProcFs> {
  return file((fs) => ({
    read: () => `${fs.reader.ns.uts[field]}\n`,
    // Unlike sethostname(2) this asks for no capability: whoever may write the file may do it.
    write: (value) => {
      const { ns } = fs.reader;
      ns.uts[field] = value.replace(/\n.*$/s, "").slice(0, HOST_NAME_MAX);
    },
  }));
}

/** Made at the first look, the same ever after. */
function bootId(kernel: Kernel): string {
  const known = kernel.sysctls.get("kernel.random.boot_id") ?? kernel.random.uuid();
  kernel.sysctls.set("kernel.random.boot_id", known);
  return known;
}
