/**
 * Alpine Linux: busybox, apk, and little else.
 *
 * Unlike the originals, every release has the packages of 3.21.
 */
import { APK_INSTALLED, alpineBase, apkStanza } from "../programs/index.ts";
import { APPLET_NAMES } from "../userland/index.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { DEBIAN_PATH } from "./debian.ts";
import { imageOf, type Step } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

export const ALPINE_PASSWD = `root:x:0:0:root:/root:/bin/sh
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/mail:/sbin/nologin
news:x:9:13:news:/usr/lib/news:/sbin/nologin
uucp:x:10:14:uucp:/var/spool/uucppublic:/sbin/nologin
cron:x:16:16:cron:/var/spool/cron:/sbin/nologin
ftp:x:21:21::/var/lib/ftp:/sbin/nologin
sshd:x:22:22:sshd:/dev/null:/sbin/nologin
games:x:35:35:games:/usr/games:/sbin/nologin
ntp:x:123:123:NTP:/var/empty:/sbin/nologin
guest:x:405:100:guest:/dev/null:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
`;

/** Users that older releases have besides. */
const OLDER_USERS = `adm:x:3:4:adm:/var/adm:/sbin/nologin
operator:x:11:0:operator:/root:/sbin/nologin
man:x:13:15:man:/usr/man:/sbin/nologin
postmaster:x:14:12:postmaster:/var/mail:/sbin/nologin
at:x:25:25:at:/var/spool/cron/atjobs:/sbin/nologin
squid:x:31:31:Squid:/var/cache/squid:/sbin/nologin
xfs:x:33:33:X Font Server:/etc/X11/fs:/sbin/nologin
cyrus:x:85:12::/usr/cyrus:/sbin/nologin
vpopmail:x:89:89::/var/vpopmail:/sbin/nologin
smmsp:x:209:209:smmsp:/var/spool/mqueue:/sbin/nologin
`;
const OLDEST_USERS = "postgres:x:70:70::/var/lib/postgresql:/bin/sh\n";

function usersOf(branch: string): string {
  const minor = Number(branch.split(".")[1]);
  return ALPINE_PASSWD + (minor < 20 ? OLDER_USERS : "") + (minor < 12 ? OLDEST_USERS : "");
}

const GROUPS =
  "root:0:root bin:1:root,bin,daemon daemon:2:root,bin,daemon sys:3:root,bin adm:4:root,daemon tty:5: disk:6:root lp:7:lp kmem:9: wheel:10:root floppy:11:root mail:12:mail news:13:news uucp:14:uucp cron:16:cron audio:18: cdrom:19: dialout:20:root ftp:21: sshd:22: input:23: tape:26:root video:27:root netdev:28: kvm:34:kvm games:35: shadow:42: www-data:82: users:100:games ntp:123: abuild:300: utmp:406: ping:999: nogroup:65533: nobody:65534:";

export const ALPINE_GROUP = GROUPS.split(" ")
  .map((one) => `${one.replace(":", ":x:")}\n`)
  .join("");

/** Where Alpine has busybox's names; all others are in /usr/bin. */
const IN_BIN =
  "arch ash base64 bbconfig cat chattr chgrp chmod chown cp date dd df dmesg dnsdomainname dumpkmap echo egrep false fatattr fdflush fgrep fsync getopt grep gunzip gzip hostname ionice iostat ipcalc kbd_mode kill link linux32 linux64 ln login ls lsattr lzop makemime mkdir mknod mktemp more mount mountpoint mpstat mv netstat nice pidof ping ping6 pipe_progress printenv ps pwd reformime rev rm rmdir run-parts sed setpriv setserial sh sleep stat stty su sync tar touch true umount uname usleep watch zcat";
const IN_SBIN =
  "acpid adjtimex arp blkid blockdev depmod fbsplash fdisk findfs fsck fstrim getty halt hwclock ifconfig ifdown ifenslave ifup init insmod ip ipaddr iplink ipneigh iproute iprule iptunnel klogd loadkmap logread losetup lsmod mdev mkdosfs mkfs.vfat mkswap modinfo modprobe nameif nologin pivot_root poweroff raidautorun reboot rmmod route setconsole slattach swapoff swapon switch_root sysctl syslogd tunctl udhcpc vconfig watchdog zcip";

/** Applets that Alpine's busybox is built without. */
const WITHOUT: ReadonlySet<string> = new Set([
  "busybox",
  "httpd",
  "telnet",
  "telnetd",
  "dpkg",
  "dpkg-deb",
  "rpm",
  "ftpget",
  "ftpput",
  "chpst",
  "envdir",
  "runsv",
  "sv",
]);

/** The release of "latest". */
const NEWEST = "3.21.0";

/** The layer of a release, one for all images that stand on it. */
const layers = new Map<string, RootFs>();

function alpineLayer(release: string): RootFs {
  const layer = layers.get(release) ?? makeRoot(release);
  layers.set(release, layer);
  return layer;
}

function makeRoot(release: string): RootFs {
  const branch = release.replace(/\.\d+$/, "");
  const root = new RootFs();
  root.dirs("dev", "home", "mnt", "opt", "proc", "run", "srv", "sys", "media/cdrom", "media/floppy", "media/usb");
  root.dir("root", { mode: 0o700 }).dir("tmp", { mode: 0o1777 }).dir("var/tmp", { mode: 0o1777 });
  root.dirs(
    "etc/ssl/certs",
    "etc/ssl/private",
    "usr/bin",
    "usr/lib",
    "usr/sbin",
    "usr/share",
    "usr/local/bin",
    "usr/local/lib",
    "usr/local/share",
  );
  root.dirs(
    "var/cache/apk",
    "var/cache/misc",
    "var/empty",
    "var/lib/apk",
    "var/local",
    "var/log",
    "var/mail",
    "var/opt",
    "var/spool/cron/crontabs",
  );
  root.link("var/lock", "/run/lock").link("var/run", "/run").dir("run/lock");
  root.program("bin/busybox", "busybox").program("sbin/apk", "apk").program("usr/bin/getent", "getent");
  const [bin, sbin] = [new Set(IN_BIN.split(" ")), new Set(IN_SBIN.split(" "))];
  for (const name of APPLET_NAMES) {
    if (WITHOUT.has(name)) continue;
    root.link(`${bin.has(name) ? "bin" : sbin.has(name) ? "sbin" : "usr/bin"}/${name}`, "/bin/busybox");
  }
  const users = usersOf(branch);
  root.file("etc/passwd", users).file("etc/group", ALPINE_GROUP);
  root.file("etc/shadow", users.replace(/^([^:]+):.*$/gm, "$1:!::0:::::").replace("root:!", "root:*"), {
    mode: 0o640,
    gid: 42,
  });
  root.file("etc/alpine-release", `${release}\n`);
  root.file(
    "usr/lib/os-release",
    `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${release}\nPRETTY_NAME="Alpine Linux v${branch}"\nHOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n`,
  );
  root.link("etc/os-release", "../usr/lib/os-release").file("etc/hostname", "localhost\n");
  root.file("etc/hosts", "127.0.0.1\tlocalhost localhost.localdomain\n::1\t\tlocalhost localhost.localdomain\n");
  root
    .file("etc/issue", `Welcome to Alpine Linux ${branch}\nKernel \\r on an \\m (\\l)\n\n`)
    .file("etc/shells", "# valid login shells\n/bin/sh\n/bin/ash\n");
  root.file(
    "etc/profile",
    'export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nexport PAGER=less\numask 022\n',
  );
  root.file("etc/nsswitch.conf", "hosts: files dns\n");
  const mirror = `https://dl-cdn.alpinelinux.org/alpine/v${branch}`;
  root.file("etc/apk/repositories", `${mirror}/main\n${mirror}/community\n`).file("etc/apk/arch", "x86_64\n");
  root.file("etc/apk/world", "alpine-baselayout\nalpine-keys\nalpine-release\napk-tools\nbusybox\nmusl-utils\n");
  root.file(
    APK_INSTALLED,
    alpineBase()
      .map((one) => apkStanza({ ...one, files: ["base"] }))
      .join("\n"),
  );
  return root;
}

export const alpineSteps = (release = NEWEST): readonly Step[] => [
  {
    by: `ADD alpine-minirootfs-${release}-x86_64.tar.gz / # buildkit`,
    comment: "buildkit.dockerfile.v0",
    layer: alpineLayer(release),
  },
  { by: 'CMD ["/bin/sh"]', comment: "buildkit.dockerfile.v0" },
];

export const alpine =
  (release = NEWEST) =>
  (): CatalogueImage =>
    imageOf({ Env: [DEBIAN_PATH], Cmd: ["/bin/sh"], WorkingDir: "/" }, alpineSteps(release));
