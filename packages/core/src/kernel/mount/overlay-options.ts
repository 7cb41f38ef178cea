/**
 * Options of overlay: which there are, which of them go together, and what they come to.
 *
 * Unlike Linux, those that change how files are kept in the layers (redirect_dir, metacopy, index, nfs_export, verity) are
 * checked and shown, and change nothing: an overlay does what it does without them.
 *
 * @see Documentation/filesystems/overlayfs.rst, fs/overlayfs/params.c
 */
import { Errno } from "../../abi/index.ts";

/** Options with a choice, by name, in the order in which they are shown. The first choice is the usual one. */
const CHOICES = {
  redirect_dir: ["follow", "off", "on", "nofollow"],
  index: ["off", "on"],
  uuid: ["auto", "null", "off", "on"],
  nfs_export: ["off", "on"],
  xino: ["auto", "off", "on"],
  metacopy: ["off", "on"],
  verity: ["off", "on", "require"],
  fsync: ["auto", "strict", "volatile"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Choice = keyof typeof CHOICES;
const NAMES = Object.keys(CHOICES) as Choice[];
const isChoice = (name: string): name is Choice => Object.hasOwn(CHOICES, name);

export class OverlayMountOptions {
  /** Topmost first. */
  readonly lower: readonly string[];
  readonly upper: string | undefined;
  readonly work: string | undefined;
  readonly isVolatile: boolean;
  /** Nobody has said which UUID it is to have. */
  readonly choosesUuid: boolean;
  readonly #directories: readonly string[];
  readonly #flags: ReadonlySet<string>;
  readonly #chosen: ReadonlyMap<Choice, string>;

  /** Of an option that is given twice the last counts. @throws EINVAL */
  constructor(options: readonly string[]) {
    const directories = new Map<string, string>();
    const added: string[] = [];
    const flags = new Set<string>();
    const chosen = new Map<Choice, string>();
    for (const option of options) {
      const equals = option.indexOf("=");
      const [name, value] = equals < 0 ? [option] : [option.slice(0, equals), option.slice(equals + 1)];
      if (name === "lowerdir+" && value !== undefined) added.push(value);
      else if (["lowerdir", "upperdir", "workdir"].includes(name) && value !== undefined) directories.set(name, value);
      else if (option === "volatile") chosen.set("fsync", "volatile");
      else if (option === "default_permissions" || option === "userxattr") flags.add(option);
      else if (isChoice(name) && CHOICES[name].some((one) => one === value)) chosen.set(name, value ?? "");
      else throw new Errno("EINVAL");
    }
    const lower = directories.get("lowerdir");
    this.lower = [...(lower === undefined || lower === "" ? [] : lower.split(":")), ...added];
    this.upper = directories.get("upperdir");
    this.work = directories.get("workdir");
    this.#directories = [...directories, ...added.map((one) => ["lowerdir+", one])].map((pair) => pair.join("="));
    this.#flags = flags;
    this.#chosen = withConsequences(chosen, flags, this.upper !== undefined);
    this.isVolatile = this.#chosen.get("fsync") === "volatile";
    this.choosesUuid = this.upper !== undefined && (chosen.get("uuid") ?? "auto") === "auto";
  }

  /** As mount tables show them; `hasNewUuid` if it has been given one just now. */
  shown({ hasNewUuid }: { readonly hasNewUuid: boolean }): string[] {
    const choices = NAMES.flatMap((name) => {
      const value = name === "uuid" && hasNewUuid ? "on" : this.#chosen.get(name);
      // Files of one file system need no help to have different numbers: xino is not shown.
      const isUsual = value === undefined || value === CHOICES[name][0] || name === "xino";
      return isUsual || (name === "redirect_dir" && value === "off") ? [] : [`${name}=${value}`];
    });
    const flag = (name: string): string[] => (this.#flags.has(name) ? [name] : []);
    return [...this.#directories, ...flag("default_permissions"), ...choices, ...flag("userxattr")];
  }
}

/** What some options make of others. @throws EINVAL for such as contradict each other */
function withConsequences(given: ReadonlyMap<Choice, string>, flags: ReadonlySet<string>, hasUpper: boolean) {
  const chosen = new Map(given);
  const isOn = (name: Choice): boolean => chosen.get(name) === "on";
  const redirects = given.get("redirect_dir");
  if (!hasUpper) {
    for (const name of ["index", "nfs_export", "fsync"] as const) chosen.delete(name);
    if (isOn("uuid")) chosen.set("uuid", "null");
    chosen.set("redirect_dir", "on");
  }
  if (flags.has("userxattr")) {
    if (isOn("metacopy") || (given.get("redirect_dir") ?? "nofollow") !== "nofollow") throw new Errno("EINVAL");
    chosen.set("redirect_dir", "nofollow");
  }
  if (isOn("metacopy")) {
    if (isOn("nfs_export") || (redirects !== undefined && redirects !== "on")) throw new Errno("EINVAL");
    chosen.set("redirect_dir", "on");
  }
  if (isOn("nfs_export")) {
    if (given.get("index") === "off") throw new Errno("EINVAL");
    chosen.set("index", "on");
  }
  return chosen;
}
