/** Where each applet is installed: `busybox --list-full`. @see busybox: include/applets.src.h */
const DIRECTORIES: Readonly<Record<string, string>> = {
  sbin:
    "acpid adjtimex arp blockdev depmod devmem fdisk findfs freeramdisk fstrim getty halt hwclock " +
    "ifconfig ifdown ifup init insmod ip klogd loadkmap logread losetup lsmod mdev mkdosfs mke2fs mkswap " +
    "modinfo modprobe nameif pivot_root poweroff reboot rmmod route run-init start-stop-daemon sulogin " +
    "swapoff swapon switch_root sysctl syslogd tc tunctl udhcpc uevent vconfig watchdog",
  "usr/bin":
    "[ [[ ar ascii awk basename bc blkdiscard bunzip2 bzcat bzip2 cal chvt clear cmp crc32 crontab cut dc " +
    "deallocvt diff dirname dos2unix dpkg dpkg-deb du dumpleases env expand expr factor fallocate find " +
    "fold free ftpget ftpput getfattr groups head hexdump hostid id install killall last less logger " +
    "logname lsblk lsscsi lzcat lzma md5sum microcom mkfifo mkpasswd nc nl nproc nsenter nslookup od " +
    "openvt passwd paste patch printf readlink realpath renice reset resize rpm2cpio seq setkeycodes " +
    "setsid sha1sum sha256sum sha384sum sha3sum sha512sum shred shuf sort ssl_client ssl_server strings " +
    "svc svok tac tail taskset tee telnet test tftp time timeout top tr traceroute traceroute6 truncate " +
    "ts tty udhcpc6 unexpand uniq unix2dos unlink unlzma unshare unxz unzip uptime uudecode uuencode " +
    "uuidgen w wc wget which who whoami xargs xxd xz xzcat yes",
  "usr/sbin":
    "arping brctl chroot crond fsfreeze httpd i2cdetect i2cdump i2cget i2cset i2ctransfer loadfont mim " +
    "nbd-client nologin partprobe rdate telnetd ubirename udhcpd",
};

const PLACES: ReadonlyMap<string, string> = new Map(
  Object.entries(DIRECTORIES).flatMap(([directory, names]) =>
    names.split(" ").map((name) => [name, directory] as const),
  ),
);

/** The path of an applet's link, seen from the root. */
export const placeOf = (name: string): string => (name === "linuxrc" ? name : `${PLACES.get(name) ?? "bin"}/${name}`);
