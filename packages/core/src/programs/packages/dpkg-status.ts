/** dpkg's database: /var/lib/dpkg/status and the lists of files beside it. @see deb-control(5), dpkg(1) */
import { Errno, type Routine } from "../../abi/index.ts";
import { attempt, readText } from "../../userland/index.ts";
import { putFile } from "../files.ts";

/** dpkg's database of what is installed. */
export const STATUS = "/var/lib/dpkg/status";
export const INFO = "/var/lib/dpkg/info";

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly installedKib: number;
  readonly depends: readonly string[];
  readonly summary: string;
  /** Nobody asked for it but another package. */
  readonly isAuto: boolean;
}

/** Everything that is installed, in the order of the file; none where there is no such file. */
export function* readStatus(): Routine<Map<string, InstalledPackage>> {
  const text = yield* attempt(readText(STATUS));
  const found = new Map<string, InstalledPackage>();
  if (text instanceof Errno) return found;
  for (const stanza of text.split(/\n\n+/)) {
    const fields = new Map(
      [...stanza.matchAll(/^([A-Za-z-]+): (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
    const name = fields.get("Package");
    if (name === undefined || fields.get("Status")?.endsWith(" installed") !== true) continue;
    const depends = fields.get("Depends") ?? "";
    found.set(name, {
      name,
      version: fields.get("Version") ?? "",
      architecture: fields.get("Architecture") ?? "amd64",
      installedKib: Number(fields.get("Installed-Size") ?? 0),
      depends: depends === "" ? [] : depends.split(", "),
      summary: fields.get("Description") ?? "",
      isAuto: fields.get("Auto-Installed") === "1",
    });
  }
  return found;
}

export function* writeStatus(packages: Iterable<InstalledPackage>): Routine<void> {
  yield* putFile(STATUS, [...packages].map(stanzaOf).join("\n"));
}

/** One package's paragraph. Unlike Debian, whether it is automatic is told here too, not in apt's own file. */
export function stanzaOf(one: InstalledPackage): string {
  const lines = [
    `Package: ${one.name}`,
    "Status: install ok installed",
    "Priority: optional",
    `Installed-Size: ${one.installedKib}`,
    "Maintainer: Debian Developers <debian-devel@lists.debian.org>",
    `Architecture: ${one.architecture}`,
    `Version: ${one.version}`,
    ...(one.depends.length === 0 ? [] : [`Depends: ${one.depends.join(", ")}`]),
    ...(one.isAuto ? ["Auto-Installed: 1"] : []),
    `Description: ${one.summary === "" ? one.name : one.summary}`,
  ];
  return `${lines.join("\n")}\n`;
}
