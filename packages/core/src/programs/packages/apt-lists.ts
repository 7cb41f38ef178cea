/** apt's package lists: `apt-get update` fetches them, and without them no package is known. */
import { Errno, nanosleep, type Routine } from "../../abi/index.ts";
import { attempt, type Io, readText } from "../../userland/index.ts";
import { listDirectory, putFile } from "../files.ts";
import { sizeText } from "./apt-text.ts";
import { DEBIAN_ARCHIVES } from "./debian-archives.ts";
import type { DebianIndex } from "./debian-index.ts";

const LISTS = "/var/lib/apt/lists";

/** What is fetched, with the sizes that the originals have. */
interface Source {
  readonly url: string;
  readonly suite: string;
  readonly part: string;
  readonly bytes: number;
}

export interface Distribution {
  readonly archive: string;
  readonly security: string;
  readonly codename: string;
}

/** Which archive this system uses. */
export function* distribution(): Routine<Distribution> {
  const text = yield* attempt(readText("/etc/os-release"));
  const release = text instanceof Errno ? "" : text;
  const codename =
    /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? /VERSION="[^"]*\((\w+)\)"/.exec(release)?.[1] ?? "bookworm";
  return { ...DEBIAN_ARCHIVES[/^ID=ubuntu$/m.test(release) ? "ubuntu" : "debian"], codename };
}

export function* hasLists(): Routine<boolean> {
  return (yield* listDirectory(LISTS)).some((name) => name.endsWith("_Packages"));
}

/** `apt-get update` */
export function* update(io: Io, index: DebianIndex, isQuiet: boolean): Routine<void> {
  const { archive, security, codename } = yield* distribution();
  const sources: readonly Source[] = [
    { url: archive, suite: codename, part: "InRelease", bytes: 151_000 },
    { url: archive, suite: `${codename}-updates`, part: "InRelease", bytes: 55_400 },
    { url: security, suite: `${codename}-security`, part: "InRelease", bytes: 48_000 },
    { url: archive, suite: `${codename}/main`, part: "amd64 Packages", bytes: 8_792_000 },
    { url: archive, suite: `${codename}-updates/main`, part: "amd64 Packages", bytes: 512 },
    { url: security, suite: `${codename}-security/main`, part: "amd64 Packages", bytes: 246_000 },
  ];
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [number, { url, suite, part, bytes }] of sources.entries()) {
    if (!isQuiet) yield* io.out.line(`Get:${number + 1} ${url} ${suite} ${part} [${sizeText(bytes)}]`);
    yield* io.out.flush();
    yield* nanosleep(20_000 + Math.ceil(bytes / 10)).attempt();
    if (part === "InRelease") continue;
    const file = `${url.replace("http://", "")}_dists_${suite.replace("/main", "")}_main_binary-amd64_Packages`;
    const names = suite === `${codename}/main` ? index.all().map(({ name }) => `Package: ${name}\n\n`) : [];
    yield* putFile(`${LISTS}/${file.replaceAll("/", "_")}`, names.join(""));
  }
  yield* putFile(`${LISTS}/lock`, "", 0o640);
  if (isQuiet) return;
  yield* io.out.line(`Fetched ${sizeText(total)} in 1s (${sizeText(total)}/s)`);
  yield* io.out.line("Reading package lists...");
}
