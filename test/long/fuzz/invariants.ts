/** What holds in a kernel between any two turns, whatever programs have done. Each function returns what is wrong. */
import type { Cgroup, Kernel, Process } from "@bottleship/core/kernel";
import type { Inode, Mount, OpenFile } from "@bottleship/core/vfs";

/** Everything that is wrong with a kernel. */
export function violations(kernel: Kernel): readonly string[] {
  const all = [...kernel.processes.values()];
  return [
    ...processTree(kernel, all),
    ...groups(all),
    ...pidNamespaces(all),
    ...cgroups(kernel, all),
    ...mounts(kernel, all),
    ...waiting(all),
    ...executing(all),
  ];
}

const nameOf = (process: Process): string => `${process.pid} (${process.name}, ${process.state})`;

function processTree(kernel: Kernel, all: readonly Process[]): readonly string[] {
  const wrong: string[] = [];
  for (const process of all) {
    const { parent } = process;
    const who = nameOf(process);
    if (process.state === "dead") wrong.push(`${who} is dead and listed`);
    if (process.state === "zombie" && process.status === undefined) wrong.push(`${who} has no status`);
    if (parent === undefined && process !== kernel.init) wrong.push(`${who} has no parent`);
    if (parent !== undefined && !parent.children.has(process)) wrong.push(`${who} is no child of its parent`);
    if (parent !== undefined && !parent.isAlive) wrong.push(`${who} has a parent that has ended: ${nameOf(parent)}`);
    for (const child of process.children) {
      if (child.parent !== process) wrong.push(`${nameOf(child)} has another parent than ${who}`);
      if (child.state === "dead") wrong.push(`${who} has a dead child ${nameOf(child)}`);
    }
    if (!process.isAlive && process.memoryBytes !== 0) wrong.push(`${who} holds memory`);
  }
  if (!kernel.init.isAlive) wrong.push("the machine's init has ended");
  return wrong;
}

function groups(all: readonly Process[]): readonly string[] {
  const wrong: string[] = [];
  for (const process of all) {
    const { group } = process;
    if (!group.has(process)) wrong.push(`${nameOf(process)} is not in its process group`);
    for (const member of group) {
      if (member.group !== group) wrong.push(`${nameOf(member)} is in a group that is not its own`);
      if (member.state === "dead") wrong.push(`${nameOf(member)} is dead and in a group`);
    }
    const { terminal } = group.session;
    if (terminal?.foreground !== undefined && terminal.foreground.session !== group.session) {
      wrong.push("a terminal has a foreground group of another session");
    }
  }
  return wrong;
}

function pidNamespaces(all: readonly Process[]): readonly string[] {
  const wrong: string[] = [];
  for (const process of all) {
    for (let at: typeof process.ns.pid | undefined = process.ns.pid; at !== undefined; at = at.parent) {
      const number = process.pidAt(at.level);
      if (number === undefined || at.processes.get(number) !== process) {
        wrong.push(`${nameOf(process)} is not number ${number} in the pid namespace ${at.id}`);
      }
      if (process.isAlive && at.init?.isAlive !== true) wrong.push(`${nameOf(process)} outlives the init of ${at.id}`);
    }
    if (process.pids.length !== process.ns.pid.level + 1) wrong.push(`${nameOf(process)} has too many numbers`);
  }
  return wrong;
}

/** What processes and caches hold, by the cgroup that it is charged to. */
function cgroups(kernel: Kernel, all: readonly Process[]): readonly string[] {
  const wrong: string[] = [];
  const anon = new Map<Cgroup, number>();
  const add = (cgroup: Cgroup, bytes: number): void => {
    let owner = cgroup;
    while (owner.removed && owner.parent !== undefined) owner = owner.parent;
    anon.set(owner, (anon.get(owner) ?? 0) + bytes);
  };
  for (const process of all) {
    const old = process.oldCharges ?? [];
    for (const { cgroup, bytes } of old) add(cgroup, bytes);
    add(process.cgroup, process.memoryBytes - old.reduce((sum, { bytes }) => sum + bytes, 0));
  }
  check(kernel.cgroups);
  return wrong;

  function check(cgroup: Cgroup): { readonly pids: number; readonly resident: number; readonly swapped: number } {
    const here = all.filter((process) => process.cgroup === cgroup);
    // Zombies of a cgroup that was removed count where it was.
    const orphans = all.filter(({ cgroup: one }) => one.removed && livingParent(one) === cgroup);
    const alive = here.filter((process) => process.isAlive);
    if (alive.length !== cgroup.processes.size || !alive.every((process) => cgroup.processes.has(process))) {
      wrong.push(`${cgroup.path}: ${alive.length} processes, ${cgroup.processes.size} listed`);
    }
    const { memory } = cgroup;
    const { own } = memory;
    for (const [kind, bytes] of Object.entries(own)) {
      if (bytes < 0 || bytes % 4096 !== 0) wrong.push(`${cgroup.path}: ${kind} is ${bytes}`);
    }
    if (own.anon + own.swappedAnon !== (anon.get(cgroup) ?? 0)) {
      wrong.push(`${cgroup.path}: ${own.anon} + ${own.swappedAnon} anon, ${anon.get(cgroup) ?? 0} held`);
    }
    const cached = [...(memory.cache ?? [])].reduce((sum, { pages }) => sum + pages * 4096, 0);
    if (own.file !== cached) wrong.push(`${cgroup.path}: ${own.file} of page cache, ${cached} listed`);
    let pids = here.length + orphans.length;
    let resident = own.anon + own.shmem + own.file + own.sock;
    let swapped = own.swappedAnon + own.swappedShmem;
    for (const child of cgroup.children.values()) {
      const below = check(child);
      pids += below.pids;
      resident += below.resident;
      swapped += below.swapped;
    }
    if (cgroup.pidCount !== pids) wrong.push(`${cgroup.path}: ${cgroup.pidCount} pids, ${pids} counted`);
    if (memory.currentBytes !== resident) wrong.push(`${cgroup.path}: ${memory.currentBytes} B, ${resident} counted`);
    if (memory.swapBytes !== swapped) wrong.push(`${cgroup.path}: ${memory.swapBytes} B swap, ${swapped} counted`);
    return { pids, resident, swapped };
  }
}

function livingParent(cgroup: Cgroup): Cgroup | undefined {
  let at: Cgroup | undefined = cgroup;
  while (at?.removed) at = at.parent;
  return at;
}

/** The trees of mounts, and who uses them. */
function mounts(kernel: Kernel, all: readonly Process[]): readonly string[] {
  const wrong: string[] = [];
  const alive = all.filter((process) => process.isAlive);
  const trees = new Set(alive.map(({ ns }) => ns.mnt.tree));
  const overDentries = new Map<unknown, number>();
  const expected = users(alive);
  for (const tree of trees) {
    for (const mount of tree.mounts()) {
      wrong.push(...oneMount(mount, mount === tree.root));
      if (mount.tree !== tree) wrong.push(`mount ${mount.id} is in a tree that is not its own`);
      if (mount.point !== undefined) overDentries.set(mount.point, (overDentries.get(mount.point) ?? 0) + 1);
      const { users: inUse = 0, writers = 0 } = expected.get(mount) ?? {};
      if (mount.users !== inUse)
        wrong.push(`mount ${mount.id} (${mount.fs.type}): ${mount.users} users, ${inUse} counted`);
      if (mount.writers !== writers) wrong.push(`mount ${mount.id}: ${mount.writers} writers, ${writers} counted`);
    }
  }
  for (const [dentry, count] of overDentries) {
    const { mounted, name } = dentry as { mounted: number; name: string };
    if (mounted < count) wrong.push(`${name}: ${count} mounts over it, ${mounted} counted`);
  }
  for (const { ns } of alive) {
    const here = alive.filter((one) => one.ns.mnt === ns.mnt);
    if (ns.mnt.members.size !== here.length) wrong.push(`mount namespace ${ns.mnt.id}: ${ns.mnt.members.size} members`);
  }
  void kernel;
  return [...new Set(wrong)];
}

function oneMount(mount: Mount, isRoot: boolean): readonly string[] {
  const wrong: string[] = [];
  if (!isRoot && (mount.parent === undefined || !mount.parent.children.includes(mount))) {
    wrong.push(`mount ${mount.id} hangs nowhere`);
  }
  if (mount.peers !== undefined && !mount.peers.members.has(mount))
    wrong.push(`mount ${mount.id} is no peer of its peers`);
  if (mount.master !== undefined && !mount.master.slaves.has(mount))
    wrong.push(`mount ${mount.id} is no slave of its master`);
  if (mount.fs.activeMounts < 1) wrong.push(`mount ${mount.id} shows a file system that is not mounted`);
  return wrong;
}

interface Users {
  users: number;
  writers: number;
}

/** Working and root directories and open files, by the mount that they are on. */
function users(alive: readonly Process[]): ReadonlyMap<Mount, Users> {
  const found = new Map<Mount, Users>();
  const at = (mount: Mount): Users => {
    const known = found.get(mount) ?? { users: 0, writers: 0 };
    found.set(mount, known);
    return known;
  };
  const files = new Set<OpenFile>();
  for (const process of alive) {
    at(process.root.mount).users++;
    at(process.cwd.mount).users++;
    for (const fd of process.files.open()) files.add(process.files.raw(fd));
  }
  for (const file of files) {
    const counted = at(file.at.mount);
    counted.users++;
    if (file.writable && file.at.inode.type === "file") counted.writers++;
  }
  return found;
}

function waiting(all: readonly Process[]): readonly string[] {
  const wrong: string[] = [];
  for (const process of all) {
    if (process.parked === undefined) continue;
    if (!process.isAlive) wrong.push(`${nameOf(process)} has ended and sleeps`);
    for (const queue of process.parked.on)
      if (queue.isEmpty) wrong.push(`nobody waits at ${queue.name}: ${nameOf(process)}`);
  }
  return wrong;
}

/** How many processes execute a file. */
function executing(all: readonly Process[]): readonly string[] {
  const counts = new Map<Inode, number>();
  for (const { text, isAlive } of all) if (text !== undefined && isAlive) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].flatMap(([inode, count]) =>
    inode.use.executing === count ? [] : [`inode ${inode.ino}: executed by ${count}, ${inode.use.executing} counted`],
  );
}
