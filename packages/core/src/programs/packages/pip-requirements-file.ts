/** Requirements files: lines of requirements and options. @see https://pip.pypa.io/en/stable/reference/requirements-file-format/ */
import { Errno, type Routine } from "../../abi/index.ts";
import { dirname, join } from "../../lib/index.ts";
import { AppletExit, attempt, type Io, readText } from "../../userland/index.ts";

export interface RequirementLine {
  readonly text: string;
  /** "-r requirements.txt (line 1)" */
  readonly from: string | undefined;
}

/** The requirements of a file and of those that it names. Ends pip if there is no such file. */
export function* readRequirements(io: Io, path: string, flag = "-r"): Routine<readonly RequirementLine[]> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) {
    yield* io.out.flush();
    yield* io.err.write(`ERROR: Could not open requirements file: [Errno ${text.errno}] ${text.message}: '${path}'\n`);
    throw new AppletExit(1);
  }
  const found: RequirementLine[] = [];
  const lines = text.replaceAll(/\\\r?\n/g, "").split(/\r?\n/);
  for (const [index, raw] of lines.entries()) {
    const line = raw
      .replace(/(^|\s+)#.*$/, "")
      .replace(/\s+--hash[= ]\S+/g, "")
      .trim();
    const nested = /^(?:-r|--requirement)[ =]*(.+)$/.exec(line);
    const option = /^(-e|--editable)[ =]*(.+)$/.exec(line);
    const nestedPath = nested?.[1];
    if (nestedPath !== undefined) {
      found.push(
        ...(yield* readRequirements(io, nestedPath.startsWith("/") ? nestedPath : join(dirname(path), nestedPath))),
      );
    } else if (option !== null) found.push({ text: `-e ${option[2]}`, from: undefined });
    else if (line !== "" && !line.startsWith("-"))
      found.push({ text: line, from: `${flag} ${path} (line ${index + 1})` });
  }
  return found;
}
