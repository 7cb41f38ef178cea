/**
 * Debian and Ubuntu: a minimal system whose commands are busybox's applets and whose shells are ours.
 *
 * Unlike the originals: sh is our shell with dash's messages, bash the same shell with bash's, and the tools are not
 * GNU's. Packages and their versions are those of Debian 12, whichever release it is.
 */
import { DEBIAN_ARCHIVES, DPKG_STATUS, debianBase, dpkgStanza } from "../programs/index.ts";
import { APPLET_NAMES } from "../userland/index.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { imageOf, type Step } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

export const DEBIAN_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What a Debian without extras has in /usr/bin and /usr/sbin, of what there is. */
const BIN = `[ arch awk base32 base64 basename cat chgrp chmod chown cksum cmp comm cp cut date dd df diff dirname dmesg
  dnsdomainname du echo egrep env expand expr factor false fgrep find flock fold getopt grep groups gunzip gzip head
  hostid hostname id install ionice ipcrm ipcs join kill link ln logger login logname ls lsattr md5sum mkdir mkfifo
  mknod mktemp more mount mountpoint mv nice nl nohup nproc nsenter numfmt od passwd paste pidof printenv printf ps pwd
  readlink realpath renice reset rev rm rmdir run-parts script sed seq setpriv setsid sha1sum sha224sum sha256sum
  sha384sum sha512sum shred shuf sleep sort split stat stdbuf stty su sum sync tac tail tar taskset tee test timeout
  touch tr true truncate tsort tty umount uname unexpand uniq unlink unshare users vdir wc which who whoami xargs yes
  zcat`.split(/\s+/);
const SBIN = "chroot fsck getty halt losetup pivot_root start-stop-daemon swapoff swapon switch_root sysctl".split(" ");

/** Those of them that a minimal Debian has not: a package brings them. */
const NOT_MINIMAL: ReadonlySet<string> = new Set(["ps"]);

/** What Ubuntu has of procps from the beginning, and Debian has not. */
const PROCPS = ["free", "ps", "top", "uptime", "watch"];

interface Release {
  readonly id: "debian" | "ubuntu";
  readonly codename: string;
  /** "12", "24.04" */
  readonly number: string;
  /** "12.8" */
  readonly point: string;
}

const RELEASES: Readonly<Record<string, Release>> = {
  buster: { id: "debian", codename: "buster", number: "10", point: "10.13" },
  bullseye: { id: "debian", codename: "bullseye", number: "11", point: "11.11" },
  bookworm: { id: "debian", codename: "bookworm", number: "12", point: "12.8" },
  trixie: { id: "debian", codename: "trixie", number: "13", point: "trixie/sid" },
  jammy: { id: "ubuntu", codename: "jammy", number: "22.04", point: "22.04" },
  noble: { id: "ubuntu", codename: "noble", number: "24.04", point: "24.04" },
};

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
games:x:5:60:games:/usr/games:/usr/sbin/nologin
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
lp:x:7:7:lp:/var/spool/lpd:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
news:x:9:9:news:/var/spool/news:/usr/sbin/nologin
uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin
proxy:x:13:13:proxy:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin
irc:x:39:39:ircd:/run/ircd:/usr/sbin/nologin
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

const GROUPS =
  "root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60 users:100 nogroup:65534";

export const DEBIAN_PASSWD = PASSWD;
export const DEBIAN_GROUP = GROUPS.split(" ")
  .map((group) => `${group.replace(":", ":x:")}:\n`)
  .join("");

const bases = new Map<string, RootFs>();

/** The layer of a release, one for all images that stand on it. */
export function debianLayer(codename: string): RootFs {
  const known = bases.get(codename);
  if (known !== undefined) return known;
  const release = RELEASES[codename] ?? (RELEASES["bookworm"] as Release);
  const root = makeRoot(release);
  bases.set(codename, root);
  return root;
}

function makeRoot(release: Release): RootFs {
  const root = new RootFs();
  root.dirs("boot", "dev", "etc", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys", "var");
  root.dir("root", { mode: 0o700 }).dir("tmp", { mode: 0o1777 }).dir("run/lock", { mode: 0o1777 });
  root.dirs("usr/bin", "usr/games", "usr/include", "usr/lib", "usr/libexec", "usr/sbin", "usr/share", "usr/src");
  root.dirs(
    "usr/local/bin",
    "usr/local/etc",
    "usr/local/include",
    "usr/local/lib",
    "usr/local/sbin",
    "usr/local/share",
  );
  for (const name of ["bin", "lib", "sbin"]) root.link(name, `usr/${name}`);
  root.link("lib64", "usr/lib64").dir("usr/lib64");
  root.dirs(
    "var/backups",
    "var/cache/apt/archives/partial",
    "var/lib/apt/lists/partial",
    "var/log/apt",
    "var/mail",
    "var/opt",
    "var/spool",
  );
  root.dir("var/local", { mode: 0o2775, gid: 50 }).dir("var/tmp", { mode: 0o1777 });
  root.link("var/lock", "/run/lock").link("var/run", "/run");
  addCommands(root);
  if (release.id === "ubuntu") root.programs("usr/bin", PROCPS, "busybox");
  addConfiguration(root, release);
  return root;
}

function addCommands(root: RootFs): void {
  const there = (names: readonly string[]) => names.filter((name) => APPLET_NAMES.has(name) && !NOT_MINIMAL.has(name));
  root.programs("usr/bin", there(BIN), "busybox").programs("usr/sbin", there(SBIN), "busybox");
  root
    .program("usr/bin/dash", "dash")
    .link("usr/bin/sh", "dash")
    .program("usr/bin/bash", "bash")
    .link("usr/bin/rbash", "bash");
  for (const name of ["apt", "apt-get", "apt-cache", "dpkg", "dpkg-query"]) root.program(`usr/bin/${name}`, name);
  for (const name of ["useradd", "usermod", "userdel", "groupadd"]) root.program(`usr/sbin/${name}`, name);
  root.program("usr/bin/getent", "getent");
  root.program("usr/sbin/adduser", "debian-adduser").program("usr/sbin/addgroup", "debian-addgroup");
  root.programs("usr/sbin", ["nologin"], APPLET_NAMES.has("nologin") ? "busybox" : "nologin");
  root.script("usr/sbin/ldconfig", "#!/bin/sh\n# There are no libraries to find.\nexit 0\n");
}

function addConfiguration(root: RootFs, release: Release): void {
  root.file("etc/passwd", PASSWD).file("etc/group", DEBIAN_GROUP);
  root.file("etc/shadow", PASSWD.replace(/^([^:]+):.*$/gm, "$1:*:20089:0:99999:7:::"), { mode: 0o640, gid: 42 });
  root.file("usr/lib/os-release", osRelease(release)).link("etc/os-release", "../usr/lib/os-release");
  root.file("etc/debian_version", release.id === "debian" ? `${release.point}\n` : "trixie/sid\n");
  root.file("etc/hostname", "debuerreotype\n").file("etc/host.conf", "multi on\n");
  root.file(
    "etc/issue",
    release.id === "debian"
      ? `Debian GNU/Linux ${release.number} \\n \\l\n\n`
      : `Ubuntu ${release.point} LTS \\n \\l\n\n`,
  );
  root.file(
    "etc/nsswitch.conf",
    "passwd:         files\ngroup:          files\nshadow:         files\n\nhosts:          files dns\nnetworks:       files\n",
  );
  root.file(
    "etc/shells",
    "# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/dash\n/usr/bin/dash\n",
  );
  root.file(
    "etc/profile",
    'if [ "$(id -u)" -eq 0 ]; then\n  PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nelse\n  PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"\nfi\nexport PATH\n',
  );
  root
    .file("etc/apt/sources.list.d/debian.sources", sources(release))
    .dirs("etc/apt/apt.conf.d", "etc/apt/preferences.d");
  root.file(
    "etc/apt/apt.conf.d/docker-clean",
    'APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\n',
  );
  const stanzas = debianBase().map(([name, version, architecture, installedKib]) =>
    dpkgStanza({ name, version, architecture, installedKib, depends: [], summary: "", isAuto: false }),
  );
  root.file(DPKG_STATUS, stanzas.join("\n")).dir("var/lib/dpkg/info");
}

function osRelease({ id, codename, number, point }: Release): string {
  if (id === "ubuntu") {
    const name = codename === "noble" ? "Noble Numbat" : "Jammy Jellyfish";
    return `PRETTY_NAME="Ubuntu ${point} LTS"\nNAME="Ubuntu"\nVERSION_ID="${number}"\nVERSION="${point} LTS (${name})"\nVERSION_CODENAME=${codename}\nID=ubuntu\nID_LIKE=debian\nHOME_URL="https://www.ubuntu.com/"\nSUPPORT_URL="https://help.ubuntu.com/"\nBUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"\nPRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"\nUBUNTU_CODENAME=${codename}\nLOGO=ubuntu-logo\n`;
  }
  return `PRETTY_NAME="Debian GNU/Linux ${number} (${codename})"\nNAME="Debian GNU/Linux"\nVERSION_ID="${number}"\nVERSION="${number} (${codename})"\nVERSION_CODENAME=${codename}\nID=debian\nHOME_URL="https://www.debian.org/"\nSUPPORT_URL="https://www.debian.org/support"\nBUG_REPORT_URL="https://bugs.debian.org/"\n`;
}

function sources({ id, codename }: Release): string {
  const { archive } = DEBIAN_ARCHIVES[id];
  return `Types: deb\nURIs: ${archive}\nSuites: ${codename} ${codename}-updates\nComponents: main\nSigned-By: /usr/share/keyrings/${id}-archive-keyring.gpg\n`;
}

/** The steps that an image on Debian begins with. */
export const debianSteps = (codename: string): readonly Step[] => [
  {
    by: `# debian.sh --arch 'amd64' out/ '${codename}' '@1735603200'`,
    comment: "debuerreotype 0.15",
    layer: debianLayer(codename),
  },
];

export const debian = (codename: string) => (): CatalogueImage =>
  imageOf({ Env: [DEBIAN_PATH], Cmd: ["bash"] }, debianSteps(codename));

export const ubuntu = (codename: string) => (): CatalogueImage =>
  imageOf(
    {
      Env: [DEBIAN_PATH],
      Cmd: ["/bin/bash"],
      Labels: {
        "org.opencontainers.image.ref.name": "ubuntu",
        "org.opencontainers.image.version": RELEASES[codename]?.point ?? codename,
      },
    },
    [
      { by: "/bin/sh -c #(nop)  ARG RELEASE" },
      { by: "/bin/sh -c #(nop)  ARG LAUNCHPAD_BUILD_ARCH" },
      { by: "/bin/sh -c #(nop) ADD file:ubuntu in / ", layer: debianLayer(codename) },
      { by: '/bin/sh -c #(nop)  CMD ["/bin/bash"]' },
    ],
  );
