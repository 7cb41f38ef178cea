/**
 * The world's Alpine repository, written by hand after Alpine 3.21: what people install in images, and what that needs.
 */
export interface AlpinePackage {
  readonly name: string;
  readonly version: string;
  /** Installed, in KiB. */
  readonly kib: number;
  readonly depends: readonly string[];
  /** Absolute paths. */
  readonly programs: readonly string[];
  /** Other files, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
}

type Row = readonly [name: string, version: string, kib: number, depends: string, programs: string];

// biome-ignore format: one package a line.
const PACKAGES: readonly Row[] = [
  ["ca-certificates", "20241121-r1", 700, "libcrypto3", "/usr/sbin/update-ca-certificates"],
  ["brotli-libs", "1.1.0-r2", 860, "", ""],
  ["c-ares", "1.34.5-r0", 220, "", ""],
  ["libunistring", "1.2-r0", 1700, "", ""],
  ["libidn2", "2.3.7-r0", 200, "libunistring", ""],
  ["nghttp2-libs", "1.64.0-r0", 110, "", ""],
  ["libpsl", "0.21.5-r3", 90, "libidn2 libunistring", ""],
  ["zstd-libs", "1.5.6-r2", 700, "", ""],
  ["libcurl", "8.12.1-r1", 600, "brotli-libs c-ares libidn2 nghttp2-libs libpsl zstd-libs", ""],
  ["curl", "8.12.1-r1", 250, "ca-certificates libcurl", "/usr/bin/curl"],
  ["wget", "1.25.0-r0", 500, "libidn2 pcre2", "/usr/bin/wget"],
  ["pcre2", "10.43-r0", 600, "", ""],
  ["libexpat", "2.7.0-r0", 150, "", ""],
  ["git-init-template", "2.47.3-r0", 40, "", ""],
  ["git", "2.47.3-r0", 12000, "git-init-template libcurl libexpat pcre2", "/usr/bin/git"],
  ["ncurses-terminfo-base", "6.5_p20241006-r3", 80, "", ""],
  ["libncursesw", "6.5_p20241006-r3", 450, "ncurses-terminfo-base", ""],
  ["readline", "8.2.13-r0", 300, "libncursesw", ""],
  ["bash", "5.2.37-r0", 1300, "readline", "/bin/bash"],
  ["vim-common", "9.1.1105-r0", 3000, "", ""],
  ["vim", "9.1.1105-r0", 3500, "libncursesw vim-common", "/usr/bin/vim"],
  ["nano", "8.2-r0", 700, "libncursesw", "/usr/bin/nano"],
  ["jq", "1.7.1-r0", 300, "oniguruma", "/usr/bin/jq"],
  ["oniguruma", "6.9.9-r0", 500, "", ""],
  ["openssl", "3.3.3-r0", 900, "", "/usr/bin/openssl"],
  ["libcap2", "2.71-r0", 60, "", ""],
  ["libcap-getcap", "2.71-r0", 20, "libcap2", "/usr/sbin/getcap"],
  ["libcap-setcap", "2.71-r0", 20, "libcap2", "/usr/sbin/setcap"],
  ["libcap-utils", "2.71-r0", 60, "libcap2", "/usr/sbin/capsh /usr/sbin/getpcaps"],
  ["libcap", "2.71-r0", 4, "libcap-getcap libcap-setcap libcap-utils libcap2", ""],
  ["tzdata", "2025b-r0", 1300, "", ""],
  ["tini", "0.19.0-r3", 30, "", "/sbin/tini"],
  ["su-exec", "0.2-r3", 20, "", "/sbin/su-exec"],
  ["dumb-init", "1.2.5-r3", 20, "", "/usr/bin/dumb-init"],
  ["make", "4.4.1-r2", 250, "", "/usr/bin/make"],
  ["binutils", "2.43.1-r2", 12000, "jansson zstd-libs", "/usr/bin/ld /usr/bin/as /usr/bin/ar"],
  ["jansson", "2.14-r4", 60, "", ""],
  ["libgcc", "14.2.0-r4", 150, "", ""],
  ["libstdc++", "14.2.0-r4", 2700, "libgcc", ""],
  ["libgomp", "14.2.0-r4", 300, "", ""],
  ["gmp", "6.3.0-r2", 500, "", ""],
  ["isl26", "0.26-r1", 2000, "gmp", ""],
  ["mpfr4", "4.2.1-r0", 400, "gmp", ""],
  ["mpc1", "1.3.1-r1", 110, "gmp mpfr4", ""],
  ["gcc", "14.2.0-r4", 140000, "binutils libgomp libgcc gmp isl26 mpc1 mpfr4 libstdc++ zstd-libs", "/usr/bin/gcc /usr/bin/cc"],
  ["g++", "14.2.0-r4", 46000, "libstdc++-dev gcc musl-dev", "/usr/bin/g++ /usr/bin/c++"],
  ["libstdc++-dev", "14.2.0-r4", 20000, "libstdc++", ""],
  ["musl-dev", "1.2.5-r9", 10000, "", ""],
  ["libc-dev", "0.7.2-r5", 4, "musl-dev", ""],
  ["fortify-headers", "1.1-r5", 60, "", ""],
  ["patch", "2.7.6-r10", 150, "", "/usr/bin/patch"],
  ["file", "5.46-r2", 40, "libmagic", "/usr/bin/file"],
  ["libmagic", "5.46-r2", 9000, "", ""],
  ["build-base", "0.5-r3", 4, "binutils file fortify-headers g++ gcc libc-dev make patch", ""],
  ["linux-headers", "6.6-r1", 5000, "", ""],
  ["libffi", "3.4.7-r0", 50, "", ""],
  ["libffi-dev", "3.4.7-r0", 80, "linux-headers libffi", ""],
  ["openssl-dev", "3.3.3-r0", 2300, "", ""],
  ["gdbm", "1.24-r0", 200, "", ""],
  ["libbz2", "1.0.8-r6", 70, "", ""],
  ["xz-libs", "5.6.3-r1", 200, "", ""],
  ["mpdecimal", "4.0.0-r0", 170, "libstdc++ libgcc", ""],
  ["libpanelw", "6.5_p20241006-r3", 20, "libncursesw", ""],
  ["sqlite-libs", "3.48.0-r2", 1000, "", ""],
  ["sqlite", "3.48.0-r2", 1500, "readline sqlite-libs", "/usr/bin/sqlite3"],
  ["python3", "3.12.10-r1", 22000, "libbz2 libexpat libffi gdbm xz-libs libgcc libstdc++ mpdecimal libncursesw libpanelw readline sqlite-libs", "/usr/bin/python3.12 /usr/bin/python3"],
  ["py3-setuptools", "70.3.0-r0", 3500, "python3", ""],
  ["py3-packaging", "24.2-r0", 200, "python3", ""],
  ["py3-pip", "24.3.1-r0", 6000, "python3 py3-setuptools py3-packaging", "/usr/bin/pip /usr/bin/pip3"],
  ["ada-libs", "2.9.2-r4", 1000, "libstdc++", ""],
  ["icu-data-en", "74.2-r1", 2500, "", ""],
  ["icu-libs", "74.2-r1", 5000, "icu-data-en libgcc libstdc++", ""],
  ["nodejs", "22.15.1-r0", 44000, "ada-libs ca-certificates brotli-libs c-ares icu-libs libgcc nghttp2-libs sqlite-libs libstdc++", "/usr/bin/node"],
  ["npm", "10.9.1-r0", 11000, "nodejs", "/usr/bin/npm /usr/bin/npx"],
  ["nginx", "1.26.3-r0", 1200, "pcre2", "/usr/sbin/nginx"],
  ["redis", "7.2.9-r0", 3000, "", "/usr/bin/redis-server /usr/bin/redis-cli"],
  ["libpq", "17.5-r0", 350, "", ""],
  ["postgresql-common", "1.2-r1", 20, "", ""],
  ["postgresql17-client", "17.5-r0", 3500, "libpq postgresql-common", "/usr/bin/psql /usr/bin/pg_isready"],
  ["postgresql-client", "17.5-r0", 4, "postgresql17-client", ""],
  ["mariadb-client", "11.4.5-r0", 8000, "libstdc++", "/usr/bin/mysql /usr/bin/mariadb"],
  ["openssh-client-default", "9.9_p2-r0", 1500, "", "/usr/bin/ssh /usr/bin/scp /usr/bin/ssh-keygen"],
  ["openssh-client", "9.9_p2-r0", 4, "openssh-client-default", ""],
  ["rsync", "3.4.0-r0", 600, "zstd-libs", "/usr/bin/rsync"],
  ["unzip", "6.0-r15", 300, "", "/usr/bin/unzip"],
  ["zip", "3.0-r13", 400, "", "/usr/bin/zip"],
  ["tar", "1.35-r2", 500, "", "/bin/tar"],
  ["coreutils", "9.5-r2", 1300, "", ""],
  ["findutils", "4.10.0-r0", 600, "", ""],
  ["grep", "3.11-r0", 250, "pcre2", ""],
  ["sed", "4.9-r2", 250, "", ""],
  ["gawk", "5.3.1-r0", 1200, "readline", "/usr/bin/gawk"],
  ["procps-ng", "4.0.4-r2", 700, "libncursesw", ""],
  ["htop", "3.3.0-r0", 300, "libncursesw", "/usr/bin/htop"],
  ["iproute2", "6.11.0-r0", 1500, "", ""],
  ["iputils", "20240905-r0", 200, "", ""],
  ["bind-tools", "9.18.36-r0", 800, "", "/usr/bin/dig /usr/bin/host"],
  ["netcat-openbsd", "1.226-r1", 60, "", ""],
  ["tcpdump", "4.99.5-r0", 1200, "", "/usr/bin/tcpdump"],
  ["strace", "6.12-r0", 2000, "", "/usr/bin/strace"],
  ["sudo", "1.9.16_p2-r0", 2500, "", "/usr/bin/sudo"],
  ["shadow", "4.16.0-r1", 1200, "", "/usr/sbin/useradd /usr/sbin/usermod /usr/sbin/userdel /usr/sbin/groupadd"],
  ["less", "668-r0", 200, "libncursesw", "/usr/bin/less"],
  ["tree", "2.2.1-r0", 100, "", "/usr/bin/tree"],
  ["gettext", "0.22.5-r0", 2500, "", "/usr/bin/gettext /usr/bin/envsubst"],
  ["gnupg", "2.4.7-r0", 8000, "", "/usr/bin/gpg"],
  ["postgresql-dev", "17.5-r0", 30000, "libpq", ""],
  ["zlib-dev", "1.3.1-r2", 130, "", ""],
  ["supervisor", "4.2.5-r5", 1000, "python3", "/usr/bin/supervisord /usr/bin/supervisorctl"],
];

/** What alpine:3.21 consists of. */
const BASE: readonly (readonly [name: string, version: string, kib: number])[] = [
  ["alpine-baselayout", "3.6.8-r1", 12],
  ["alpine-baselayout-data", "3.6.8-r1", 24],
  ["alpine-keys", "2.5-r0", 160],
  ["alpine-release", "3.21.3-r0", 36],
  ["apk-tools", "2.14.6-r3", 300],
  ["busybox", "1.37.0-r12", 900],
  ["busybox-binsh", "1.37.0-r12", 4],
  ["ca-certificates-bundle", "20241121-r1", 230],
  ["libcrypto3", "3.3.3-r0", 4400],
  ["libssl3", "3.3.3-r0", 900],
  ["musl", "1.2.5-r9", 650],
  ["musl-utils", "1.2.5-r9", 140],
  ["scanelf", "1.3.8-r1", 90],
  ["ssl_client", "1.37.0-r12", 30],
  ["zlib", "1.3.1-r2", 100],
];

/** Files of packages that matter to others. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  python3: {
    "/usr/lib/python3.12/EXTERNALLY-MANAGED": `[externally-managed]
Error=
 The system-wide python installation should be maintained using the system
 package manager (apk) only.

 If the package in question is not packaged already (and hence installable via
 "apk add py3-somepackage"), please consider installing it inside a virtual
 environment, e.g.:

 python3 -m venv /path/to/venv
 . /path/to/venv/bin/activate
 pip install mypackage
`,
  },
  "py3-pip": {
    "/usr/lib/python3.12/site-packages/pip/__init__.py": "# pip: a stand-in of the package.\n",
    "/usr/lib/python3.12/site-packages/pip-24.3.1.dist-info/METADATA":
      "Metadata-Version: 2.1\nName: pip\nVersion: 24.3.1\n\n",
  },
  npm: { "/usr/lib/node_modules/npm/package.json": '{ "name": "npm", "version": "10.9.1" }\n' },
};

const words = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));

/** The packages of the world that `apk add` finds. */
export class AlpineIndex {
  readonly #packages = new Map<string, AlpinePackage>();

  readonly #onPrograms: (paths: readonly string[]) => void;

  /** `onPrograms` is told the programs of packages that are added. */
  constructor(onPrograms: (paths: readonly string[]) => void = () => {}) {
    this.#onPrograms = onPrograms;
    for (const [name, version, kib, depends, programs] of PACKAGES) {
      const files = FILES[name];
      const more = files === undefined ? {} : { files };
      this.#packages.set(name, { name, version, kib, depends: words(depends), programs: words(programs), ...more });
    }
  }

  /** Adds a package: `index.add({ name: "acme", programs: ["/usr/bin/acme"] })` is enough. */
  add(given: Partial<AlpinePackage> & Pick<AlpinePackage, "name">): void {
    this.#onPrograms(given.programs ?? []);
    this.#packages.set(given.name, { version: "1.0-r0", kib: 40, depends: [], programs: [], ...given });
  }

  get(name: string): AlpinePackage | undefined {
    return this.#packages.get(name);
  }

  all(): readonly AlpinePackage[] {
    return [...this.#packages.values()];
  }
}

/** What is installed in an `alpine` image from the beginning. */
export const alpineBase = (): readonly AlpinePackage[] =>
  BASE.map(([name, version, kib]) => ({ name, version, kib, depends: [], programs: [] }));

/** Paths of all programs that packages of the repositories bring. */
export const alpinePrograms = (): readonly string[] => PACKAGES.flatMap((row) => words(row[4]));
