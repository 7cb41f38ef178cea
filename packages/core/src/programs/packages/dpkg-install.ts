/** What dpkg does and says when packages are unpacked, set up and removed. */
import { Errno, nanosleep, type Routine } from "../../abi/index.ts";
import { attempt, type Io, readText } from "../../userland/index.ts";
import { putFile, removeTree } from "../files.ts";
import type { DebianPackage } from "./debian-index.ts";
import { INFO, type InstalledPackage, writeStatus } from "./dpkg-status.ts";
import { programFile } from "./installed-program.ts";

/** Files that a package is taken to have on average, and those of a minimal system. */
const FILES_PER_PACKAGE = 40;
const FILES_AT_FIRST = 2_570;
/** From so many packages on, apt gives the archives numbers. @see dpkg::install::recursive::minimum */
const NUMBERED_FROM = 5;

/** Unpacks and sets up; `asked` are those that the user named. */
export function* unpackPackages(
  io: Io,
  packages: readonly DebianPackage[],
  installed: Map<string, InstalledPackage>,
  asked: ReadonlySet<string>,
): Routine<void> {
  const width = String(packages.length - 1).length;
  for (const [number, one] of packages.entries()) {
    yield* io.out.line(`Selecting previously unselected package ${fullName(one)}.`);
    if (number === 0) yield* readingDatabase(io, installed.size);
    const prefix = packages.length >= NUMBERED_FROM ? `${String(number).padStart(width, "0")}-` : "";
    const file = `${one.name}_${one.version.replace(":", "%3a")}_${one.architecture}.deb`;
    yield* io.out.line(`Preparing to unpack .../${prefix}${file} ...`);
    yield* io.out.line(`Unpacking ${fullName(one)} (${one.version}) ...`);
    yield* io.out.flush();
    yield* unpack(one);
    yield* nanosleep(5_000 + one.installedKib).attempt();
  }
  for (const one of packages) {
    yield* io.out.line(`Setting up ${fullName(one)} (${one.version}) ...`);
    installed.set(one.name, { ...one, isAuto: !asked.has(one.name) });
  }
  yield* io.out.flush();
  yield* writeStatus(installed.values());
  const libc = installed.get("libc-bin");
  if (libc !== undefined && packages.some(isLibrary)) {
    yield* io.out.line(`Processing triggers for libc-bin (${libc.version}) ...`);
  }
}

const isLibrary = ({ name, architecture }: DebianPackage): boolean => name.startsWith("lib") && architecture !== "all";

/** Packages that may be there for several architectures are named with theirs. */
const fullName = (one: DebianPackage): string => (isLibrary(one) ? `${one.name}:${one.architecture}` : one.name);

function* readingDatabase(io: Io, packages: number): Routine<void> {
  const total = FILES_AT_FIRST + FILES_PER_PACKAGE * packages;
  let text = "(Reading database ... ";
  for (let percent = 5; percent <= 100; percent += 5) text += `\r(Reading database ... ${percent}%`;
  yield* io.out.line(`${text}\r(Reading database ... ${total} files and directories currently installed.)`);
}

function* unpack(one: DebianPackage): Routine<void> {
  const documentation = `/usr/share/doc/${one.name}/copyright`;
  const paths = [documentation];
  yield* putFile(
    documentation,
    `${one.name} ${one.version}: a stand-in of the Debian package; only its programs are here.\n`,
  );
  for (const program of one.programs) {
    const path = `/usr/${program}`;
    yield* putFile(path, programFile(path), 0o755);
    paths.push(path);
  }
  for (const [path, content] of Object.entries(one.files ?? {})) {
    yield* putFile(path, content);
    paths.push(path);
  }
  yield* putFile(`${INFO}/${one.name}.list`, `${paths.join("\n")}\n`);
}

export function* removePackages(
  io: Io,
  names: readonly string[],
  installed: Map<string, InstalledPackage>,
): Routine<void> {
  yield* readingDatabase(io, installed.size);
  for (const name of names) {
    yield* io.out.line(`Removing ${name} (${installed.get(name)?.version ?? ""}) ...`);
    const list = yield* attempt(readText(`${INFO}/${name}.list`));
    const paths = list instanceof Errno ? [] : list.split("\n").filter((path) => path !== "");
    for (const path of paths) yield* removeTree(path);
    yield* removeTree(`${INFO}/${name}.list`);
    installed.delete(name);
  }
  yield* io.out.flush();
  yield* writeStatus(installed.values());
}
