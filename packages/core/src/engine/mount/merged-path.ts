/** Where, by Docker's own account, a container's root file system is mounted. @see moby daemon/graphdriver/overlay2 */
export function mergedPath(container: string): string {
  return `/var/lib/docker/overlay2/${container}/merged`;
}
