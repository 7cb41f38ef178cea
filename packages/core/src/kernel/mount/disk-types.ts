/** File systems that live on a disk. There is none with one on it, so that mounting them only fails in the right way. */
export const DISK_TYPES: readonly string[] = ["ext3", "ext2", "ext4", "squashfs", "xfs", "erofs", "btrfs"];
