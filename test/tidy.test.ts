/**
 * The order of the house: which floor may import which, no import cycles, no system call that is made but not yielded, and
 * a map that leads somewhere.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../packages/core/src");

/** A floor may import those named here, besides itself. */
const MAY_IMPORT: Readonly<Record<string, string>> = {
  lib: "",
  oci: "lib abi",
  git: "lib",
  hcl: "lib",
  abi: "lib",
  sim: "lib",
  vfs: "lib abi sim",
  net: "lib abi sim",
  fs: "lib abi sim vfs",
  kernel: "lib abi oci sim vfs net fs",
  userland: "lib abi",
  programs: "lib abi userland",
  content: "lib abi oci fs",
  snapshot: "lib abi oci vfs fs kernel",
  runtime: "lib abi oci sim vfs fs kernel",
  compose: "lib",
  registry: "lib oci content",
  image: "lib oci content snapshot",
  catalogue: "lib abi oci userland programs content registry image",
  build: "lib git abi oci sim vfs fs kernel content snapshot runtime image",
  engine:
    "lib git hcl abi oci sim vfs net fs kernel userland programs content snapshot runtime registry image catalogue build " +
    "faults compose",
  faults: "lib abi sim vfs kernel registry",
  explore: "lib sim faults engine",
  cluster: "lib git sim net kernel registry engine",
  shell: "lib abi sim vfs kernel userland content catalogue engine",
  explain: "lib kernel content snapshot image build engine",
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

function sources(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === "testing" ? [] : sources(path);
    return path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith(".d.ts") ? [path] : [];
  });
}

const FILES = sources(ROOT);
const TEXT = new Map(FILES.map((file) => [file, readFileSync(file, "utf8")]));

/** Comments and strings blanked, so that only code is looked at. */
function codeOnly(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (match) =>
    match.replace(/[^\n]/g, " "),
  );
}

function importsOf(file: string): readonly Import[] {
  const text = TEXT.get(file) ?? "";
  const pattern = /^\s*(?:import|export)\s+(type\s+)?([^;"]*?)from\s+"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map(([, type, names = "", target = ""]) => {
    const listed = /\{([^}]*)\}/.exec(names)?.[1] ?? "";
    const members = listed.split(",").filter((name) => name.trim() !== "");
    const onlyTypes = members.length > 0 && members.every((name) => name.trim().startsWith("type "));
    return { file, target, isType: type !== undefined || onlyTypes };
  });
}

const IMPORTS = FILES.flatMap(importsOf);
const floorOf = (file: string): string => relative(ROOT, file).split("/")[0] ?? "";
const resolved = ({ file, target }: Import): string => resolve(dirname(file), target);

describe("tidy", () => {
  it("every folder is a floor, and imports only the floors below it", () => {
    const wrong = IMPORTS.flatMap((one) => {
      if (!one.target.startsWith(".")) return [];
      const from = floorOf(one.file);
      const to = floorOf(resolved(one));
      return from === to || MAY_IMPORT[from]?.split(" ").includes(to) === true
        ? []
        : [`${relative(ROOT, one.file)} imports ${to}`];
    });
    expect(wrong).toEqual([]);
    expect(FILES.map(floorOf).filter((floor) => MAY_IMPORT[floor] === undefined)).toEqual([]);
  });

  it("no floor may import what it does not", () => {
    const used = new Set(IMPORTS.map((one) => `${floorOf(one.file)} ${floorOf(resolved(one))}`));
    const idle = Object.entries(MAY_IMPORT).flatMap(([floor, others]) =>
      others
        .split(" ")
        .filter((other) => other !== "" && !used.has(`${floor} ${other}`))
        .map((other) => `${floor}: ${other}`),
    );
    expect(idle).toEqual([]);
  });

  it("other floors are imported by their index only", () => {
    const wrong = IMPORTS.filter((one) => {
      if (!one.target.startsWith(".") || floorOf(one.file) === floorOf(resolved(one))) return false;
      const path = relative(ROOT, resolved(one));
      return !path.endsWith("/index.ts") && !ALSO_PUBLIC.has(path);
    });
    expect(wrong.map(({ file, target }) => `${relative(ROOT, file)} imports ${target}`)).toEqual([]);
  });

  it("no two files import each other's values, however far around", () => {
    const graph = new Map<string, string[]>(FILES.map((file) => [file, []]));
    for (const one of IMPORTS) if (!one.isType && one.target.startsWith(".")) graph.get(one.file)?.push(resolved(one));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].map((one) => relative(ROOT, one)).join(" → "));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of FILES) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("core imports no module of Node, but for the one file that hashes", () => {
    const wrong = IMPORTS.filter(({ target, file }) => target.startsWith("node:") && !file.endsWith("sha256.node.ts"));
    expect(wrong.map(({ file }) => relative(ROOT, file))).toEqual([]);
  });

  it("plain errors are not thrown: only Errno, StatusError, assertions and a file's own kinds", () => {
    const wrong = FILES.filter((file) => /\bthrow new Error\(/.test(codeOnly(TEXT.get(file) ?? "")));
    expect(wrong.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it("inexact mathematics is not used: it differs between hosts", () => {
    const inexact =
      /\bMath\.(sin|cos|tan|asin|acos|atan2?|sinh|cosh|tanh|exp|expm1|log|log10|log1p|log2|pow|cbrt|random)\b/;
    const wrong = FILES.filter((file) => inexact.test(codeOnly(TEXT.get(file) ?? "")));
    expect(wrong.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it("functions that objects have of their own do not keep them: see `ownFunction`", () => {
    const field = /^ {2}(?:readonly |override )*#?\w+(?:: .*?)?/;
    const property = /^.*\w\.#?\w+/;
    const literal = / \??= (?:async )?(?:function\b|\w+ =>|\((?:[^()]|\([^()]*\))*\)(?:: [^=]+)? =>).*[^,]$/;
    const kept = new RegExp(`(?:${field.source}|${property.source})${literal.source}`);
    const wrong = FILES.flatMap((file) => {
      const lines = codeOnly(TEXT.get(file) ?? "").split("\n");
      return lines.flatMap((line, at) => (kept.test(line) ? [`${relative(ROOT, file)}:${at + 1}`] : []));
    });
    expect(wrong).toEqual([]);
  });

  it("in userland and the runtime no system call is made without being yielded", () => {
    const calls = [...(TEXT.get(join(ROOT, "abi/calls.ts")) ?? "").matchAll(/^export const (\w+) =/gm)].map(
      ([, name]) => name,
    );
    expect(calls.length).toBeGreaterThan(80);
    // A statement that is nothing but a call of a system call's name.
    const bare = new RegExp(`(?<=[;{}]\\s*)(${calls.join("|")})\\([^;{}]*\\);`, "g");
    const wrong = FILES.filter((file) => ["userland", "runtime"].includes(floorOf(file))).flatMap((file) => {
      const text = TEXT.get(file) ?? "";
      const imported = new Set(
        [...text.matchAll(/import \{([^}]*)\} from "[./]*abi\/index\.ts"/g)].flatMap(([, names = ""]) =>
          names.split(",").map((name) => name.trim()),
        ),
      );
      return [...codeOnly(text).matchAll(bare)].flatMap(([, name = ""]) =>
        imported.has(name) ? [`${relative(ROOT, file)}: ${name}`] : [],
      );
    });
    expect(wrong).toEqual([]);
  });

  it("the map has every floor, and leads to files that are there", () => {
    const repository = resolve(ROOT, "../../..");
    const map = readFileSync(join(repository, "ARCHITECTURE.md"), "utf8");
    const lost = map.split("\n").flatMap((line) => {
      // A name without a folder lies where the one before it does.
      let folder = ROOT;
      return [...line.matchAll(/`([\w./-]+(?:\.ts|\/[\w-]*))`/g)].flatMap(([, path = ""]) => {
        const found = [ROOT, repository, folder].map((at) => join(at, path)).find(existsSync);
        if (found === undefined) return [path];
        folder = found.endsWith(".ts") ? dirname(found) : found;
        return [];
      });
    });
    expect(lost).toEqual([]);
    const folders = map.split("\n").map((line) => line.split("|")[2] ?? "");
    const isOnMap = (floor: string): boolean => folders.some((names) => names.includes(`\`${floor}\``));
    expect(Object.keys(MAY_IMPORT).filter((floor) => !isOnMap(floor))).toEqual([]);
  });
});

/** Files besides the index that other floors may import: large parts that not everybody should have to load. */
const ALSO_PUBLIC: ReadonlySet<string> = new Set([
  "lib/tar/tar.ts",
  "lib/compression/deflate.ts",
  "lib/compression/crc32.ts",
  "oci/schema.ts",
]);
