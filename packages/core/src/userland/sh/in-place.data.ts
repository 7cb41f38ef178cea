/**
 * Applets that a forked standalone shell runs without an exec, as busybox 1.38 does: those it marks NOEXEC or NOFORK.
 * What can be seen of it is the command line in /proc, and that no /proc is needed.
 */
export const RUN_IN_PLACE: ReadonlySet<string> = new Set(
  `
    [ [[ adjtimex arch awk basename blkdiscard blockdev brctl cal chattr chgrp chmod chown chroot chvt clear cp crc32
    cttyhack cut date dd deallocvt df dirname dnsdomainname dos2unix dumpkmap dumpleases echo env expr false fatattr
    find fold free freeramdisk fsfreeze fstrim getfattr getopt groups head hexdump hostid hostname id insmod ionice ip
    ipcalc kill killall link linux32 linux64 ln loadfont loadkmap logname losetup ls lsattr lsmod lsscsi md5sum mkdir
    mkfifo mknod mkpasswd mktemp modinfo modprobe mv nameif nbd-client nproc nuke partprobe paste pivot_root printf ps
    pwd readlink realpath renice reset resize resume rm rmdir rmmod seq setkeycodes sha1sum sha256sum sha384sum
    sha3sum sha512sum shuf sort stat stty sulogin svc svok sync sysctl tac taskset test touch true truncate tty tunctl
    umount uname unix2dos unlink uptime usleep uuidgen vconfig w which who whoami xargs xxd yes
`
    .trim()
    .split(/\s+/),
);
