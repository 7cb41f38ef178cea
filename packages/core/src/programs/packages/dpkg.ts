/** dpkg, dpkg-query and apt-cache: questions about packages. @see dpkg(1), dpkg-query(1), apt-cache(8) */
import { Errno, type Program, type Routine } from "../../abi/index.ts";
import { basename, ownValue } from "../../lib/index.ts";
import { attempt, Io, readText } from "../../userland/index.ts";
import { hasLists } from "./apt-lists.ts";
import { INFO, type InstalledPackage, readStatus, stanzaOf } from "./dpkg-status.ts";
import type { PackageIndexes } from "./package-indexes.ts";

export function makeDpkg(): Program {
  return function* (argv, env) {
    const io = new Io(basename(argv[0] ?? "dpkg"), argv, env);
    const code = yield* dpkg(io);
    yield* io.out.flush();
    return code;
  };
}

function* dpkg(io: Io): Routine<number> {
  const [action = "", ...names] = io.argv.slice(1).filter((word) => !/^(-f|--showformat)/.test(word));
  switch (action) {
    case "--version":
      yield* io.out.line("Debian 'dpkg' package management program version 1.21.22 (amd64).");
      return 0;
    case "--print-architecture":
      yield* io.out.line("amd64");
      return 0;
    case "-l":
    case "--list":
      return yield* list(io, names);
    case "-s":
    case "--status":
      return yield* status(io, names);
    case "-L":
    case "--listfiles":
      return yield* files(io, names);
    case "-W":
    case "--show":
      return yield* show(io, names);
    default:
      yield* io.err.write(
        action === ""
          ? `${io.name}: error: need an action option\n`
          : `${io.name}: error: Bottleship's dpkg knows no ${action}\n`,
      );
      return 2;
  }
}

const HEADER = `Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
||/ Name Version Architecture Description
+++-====-=======-============-===========
`;

function* list(io: Io, names: readonly string[]): Routine<number> {
  const found = yield* chosen(io, names);
  if (found.length > 0) yield* io.out.write(HEADER);
  for (const { name, version, architecture, summary } of found) {
    yield* io.out.line(`ii  ${name} ${version} ${architecture} ${summary}`);
  }
  return found.length === 0 && names.length > 0 ? 1 : 0;
}

function* show(io: Io, names: readonly string[]): Routine<number> {
  const found = yield* chosen(io, names);
  const format = io.argv.map((word) => /^(?:-f|--showformat)=?(.*)$/.exec(word)?.[1]).find((one) => one !== undefined);
  for (const one of found) yield* io.out.write(formatted(format ?? DEFAULT_FORMAT, one));
  return found.length === 0 && names.length > 0 ? 1 : 0;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own fields look so.
const DEFAULT_FORMAT = "${Package}\\t${Version}\\n";

function formatted(format: string, { name, version, architecture, installedKib }: InstalledPackage): string {
  const fields: Readonly<Record<string, string>> = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Status: "install ok installed",
    "db:Status-Status": "installed",
    "Installed-Size": String(installedKib),
  };
  return format
    .replaceAll(/\$\{([^}]*)\}/g, (_, field: string) => ownValue(fields, field) ?? "")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t");
}

function* chosen(io: Io, names: readonly string[]): Routine<readonly InstalledPackage[]> {
  const installed = yield* readStatus();
  if (names.length === 0) return [...installed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: InstalledPackage[] = [];
  for (const name of names) {
    const one = installed.get(name.replace(/:amd64$/, ""));
    if (one === undefined) yield* io.err.write(`dpkg-query: no packages found matching ${name}\n`);
    else found.push(one);
  }
  return found;
}

function* status(io: Io, names: readonly string[]): Routine<number> {
  const installed = yield* readStatus();
  for (const name of names) {
    const one = installed.get(name);
    if (one === undefined) {
      yield* io.err.write(
        `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
      return 1;
    }
    yield* io.out.write(`${stanzaOf(one)}\n`);
  }
  return 0;
}

function* files(io: Io, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const list = yield* attempt(readText(`${INFO}/${name}.list`));
    if (list instanceof Errno) {
      yield* io.err.write(
        `dpkg-query: package '${name}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`,
      );
      return 1;
    }
    yield* io.out.write(list);
  }
  return 0;
}

export function makeAptCache(packages: PackageIndexes): Program {
  return function* (argv, env) {
    const io = new Io("apt-cache", argv, env);
    const [command = "", ...names] = argv.slice(1).filter((word) => !word.startsWith("-"));
    const known = (yield* hasLists()) ? packages.debian.all() : [];
    let code = 0;
    for (const name of names) {
      const found = known.filter((one) =>
        command === "search" ? `${one.name} ${one.summary}`.includes(name) : one.name === name,
      );
      for (const one of found) {
        const line = command === "search" ? `${one.name} - ${one.summary}` : stanzaOf({ ...one, isAuto: false });
        yield* io.out.line(line);
      }
      if (found.length > 0 || command === "search") continue;
      yield* io.err.write(`N: Unable to locate package ${name}\nE: No packages found\n`);
      code = 100;
    }
    yield* io.out.flush();
    return code;
  };
}
