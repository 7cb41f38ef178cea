/** The eight kinds of namespace. @see namespaces(7) */

export type NamespaceKind = "mnt" | "pid" | "net" | "uts" | "ipc" | "user" | "cgroup" | "time";

/** All kinds, in the order in which `ls /proc/self/ns` lists them. */
export const NAMESPACE_KINDS: readonly NamespaceKind[] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
