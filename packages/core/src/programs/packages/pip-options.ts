/** pip's command line. @see https://pip.pypa.io/en/stable/cli/ */

export interface PipOptions {
  readonly command: string | undefined;
  readonly operands: readonly string[];
  /** Options in their order, with their values; long names without dashes. */
  readonly given: readonly (readonly [name: string, value: string])[];
  /** The option that there is not, as it was written. */
  readonly unknown: string | undefined;
}

const SHORT: Readonly<Record<string, string>> = {
  r: "requirement",
  c: "constraint",
  e: "editable",
  t: "target",
  i: "index-url",
  f: "find-links",
  q: "quiet",
  v: "verbose",
  V: "version",
  h: "help",
  U: "upgrade",
  y: "yes",
  o: "outdated",
  I: "ignore-installed",
  l: "local",
};

const WITH_VALUE: ReadonlySet<string> = new Set([
  ..."requirement constraint editable target index-url extra-index-url find-links trusted-host cache-dir timeout".split(
    " ",
  ),
  ..."retries proxy cert client-cert log python-version platform implementation abi prefix root src".split(" "),
  ..."root-user-action progress-bar use-feature use-deprecated upgrade-strategy config-settings no-binary".split(" "),
  ..."only-binary format exists-action python report global-option dest d".split(" "),
]);

const FLAGS: ReadonlySet<string> = new Set([
  ..."quiet verbose version help upgrade yes outdated ignore-installed local no-cache-dir no-deps no-input user".split(
    " ",
  ),
  ..."disable-pip-version-check pre no-warn-script-location no-index isolated no-color debug no-build-isolation".split(
    " ",
  ),
  ..."force-reinstall no-compile compile break-system-packages prefer-binary no-warn-conflicts require-hashes".split(
    " ",
  ),
  ..."dry-run uptodate all exclude-editable files no-python-version-warning no-user use-pep517 no-clean".split(" "),
]);

/** Parses what stands behind `pip`. */
export function parsePip(words: readonly string[]): PipOptions {
  const operands: string[] = [];
  const given: (readonly [string, string])[] = [];
  let unknown: string | undefined;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") operands.push(...rest.splice(0));
    else if (word.startsWith("--")) {
      const [name = "", value] = splitOnce(word.slice(2), "=");
      if (WITH_VALUE.has(name)) given.push([name, value ?? rest.shift() ?? ""]);
      else if (FLAGS.has(name)) given.push([name, ""]);
      else unknown ??= word.split("=", 1)[0];
    } else if (/^-./.test(word)) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? "";
        const name = SHORT[letter];
        if (name === undefined) unknown ??= `-${letter}`;
        else if (WITH_VALUE.has(name)) {
          given.push([name, word.slice(at + 1) || (rest.shift() ?? "")]);
          break;
        } else given.push([name, ""]);
      }
    } else operands.push(word);
  }
  const [command, ...others] = operands;
  return { command, operands: others, given, unknown };
}

function splitOnce(text: string, at: string): readonly [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

export const has = ({ given }: PipOptions, name: string): boolean => given.some(([one]) => one === name);

export const valueOf = ({ given }: PipOptions, name: string): string | undefined =>
  given.findLast(([one]) => one === name)?.[1];

export const valuesOf = ({ given }: PipOptions, name: string): readonly string[] =>
  given.flatMap(([one, value]) => (one === name ? [value] : []));
