/**
 * Variables: values, the export and read-only flags, and the scopes of functions. Names and values are byte strings.
 *
 * @see POSIX.1-2017, Shell Command Language, 2.5.3
 */
import type { Env } from "../../abi/index.ts";
import { byteString, fromByteString } from "../../lib/index.ts";
import { inTableOrder, isName } from "./characters.ts";
import { ShellError } from "./errors.ts";
import type { OptionSet } from "./options.ts";

/** Chains in ash's table of variables: `env` shows their order. */
const BUCKETS = 39;

export interface Variable {
  /** `undefined`: it has flags, but no value. */
  readonly value: string | undefined;
  readonly exported: boolean;
  readonly readonly: boolean;
  /** Stays in the table when it is unset. */
  readonly fixed: boolean;
}

export interface Flags {
  readonly exported?: boolean;
  readonly readonly?: boolean;
}

interface Scope {
  /** What a variable was before the scope made it its own; `undefined` if it was not there. */
  readonly saved: Map<string, Variable | undefined>;
  /** The shell's options before `local -`. */
  options: OptionSet | undefined;
}

const DYNAMIC = ["LINENO", "FUNCNAME", "RANDOM", "EPOCHSECONDS", "EPOCHREALTIME"];

const NEW: Variable = { value: undefined, exported: false, readonly: false, fixed: false };

const nobody = (): void => {};

export class Variables {
  readonly #table: Map<string, Variable>;
  readonly #scopes: Scope[];
  /** Told of every new value, before it is set: PATH and OPTIND have consequences. */
  onChange: (name: string, value: string | undefined) => void = nobody;
  /** Told when a scope ends that has made the options its own. */
  onOptionsRestored: (options: OptionSet) => void = nobody;
  /** `set -a`: what is set is exported. */
  exportsAll = false;
  /** Variables whose value is made up when it is asked for, as long as nobody sets or unsets them. */
  readonly #dynamic: Set<string>;
  /** Bytes in all values. */
  bytes = 0;

  constructor(from?: Variables) {
    if (from === undefined) {
      this.#table = new Map();
      this.#scopes = [];
      this.#dynamic = new Set(DYNAMIC);
      return;
    }
    this.#table = new Map(from.#table);
    this.#scopes = from.#scopes.map(({ saved, options }) => ({ saved: new Map(saved), options }));
    this.#dynamic = new Set(from.#dynamic);
    this.exportsAll = from.exportsAll;
    this.bytes = from.bytes;
  }

  get(name: string): string | undefined {
    return this.#table.get(name)?.value;
  }

  find(name: string): Variable | undefined {
    return this.#table.get(name);
  }

  isDynamic(name: string): boolean {
    return this.#dynamic.has(name);
  }

  /** A variable that the shell knows from the start. */
  fix(name: string, value: string | undefined): void {
    this.#put(name, { ...NEW, value, fixed: true });
  }

  /** @throws ShellError if the name is none, or the variable read-only. */
  set(name: string, value: string, flags: Flags = {}): void {
    if (!isName(name)) throw new ShellError(`${name}: bad variable name`);
    this.assign(name, value, flags);
  }

  /** `set` for a name that is known to be one, or comes from the environment. */
  assign(name: string, value: string, flags: Flags = {}): void {
    const old = this.#table.get(name) ?? NEW;
    refuseReadonly(name, old);
    this.onChange(name, value);
    if (name !== "RANDOM") this.#dynamic.delete(name);
    this.#put(name, {
      value,
      exported: old.exported || flags.exported === true || this.exportsAll,
      readonly: flags.readonly === true,
      fixed: old.fixed,
    });
  }

  /** Keeps what a variable was said to be when it was asked for: `set` lists it. It goes on being made up. */
  remember(name: string, value: string): void {
    this.#put(name, { ...(this.#table.get(name) ?? NEW), value });
  }

  /** Adds or removes flags. A variable that did not exist exists then, without a value. */
  flag(name: string, flags: Flags): void {
    const old = this.#table.get(name);
    if (old === undefined && !isName(name)) throw new ShellError(`${name}: bad variable name`);
    this.#put(name, { ...(old ?? NEW), ...flags });
  }

  /** @throws ShellError */
  unset(name: string): void {
    if (!isName(name)) throw new ShellError(`${name}: bad variable name`);
    const old = this.#table.get(name);
    if (old === undefined) {
      this.#dynamic.delete(name);
      return;
    }
    refuseReadonly(name, old);
    this.onChange(name, undefined);
    this.#dynamic.delete(name);
    this.#put(name, old.fixed ? { ...old, value: undefined } : undefined);
  }

  get depth(): number {
    return this.#scopes.length;
  }

  pushScope(): void {
    this.#scopes.push({ saved: new Map(), options: undefined });
  }

  /** Leaves scopes until `depth` are left; their variables get back what they were. */
  popScopes(depth: number): void {
    while (this.#scopes.length > depth) {
      const scope = this.#scopes.pop();
      for (const [name, saved] of [...(scope?.saved ?? [])].reverse()) {
        this.onChange(name, saved?.value);
        this.#put(name, saved);
      }
      if (scope?.options !== undefined) this.onOptionsRestored(scope.options);
    }
  }

  /** Makes a variable the innermost scope's own; without `value` it is unset. */
  makeLocal(name: string, value: string | undefined, flags: Flags = {}): void {
    const scope = this.#innermost();
    if (!isName(name)) throw new ShellError(`${name}: bad variable name`);
    if (scope.saved.has(name)) {
      if (value !== undefined) this.assign(name, value);
      return;
    }
    const old = this.#table.get(name);
    if (old !== undefined) refuseReadonly(name, old);
    this.#put(name, { ...(old ?? NEW), value: old?.value, fixed: true });
    scope.saved.set(name, old);
    if (value !== undefined) this.assign(name, value, flags);
    else this.unset(name);
  }

  /** `local -`: the options get back what they are now when the scope ends. */
  saveOptions(options: OptionSet): void {
    this.#innermost().options ??= options;
  }

  /** What programs get: exported variables that have a value. */
  environment(): Env {
    const exported = inTableOrder(this.#table, ([name]) => name, BUCKETS).filter(([, { exported }]) => exported);
    return new Map(
      exported.flatMap(([name, { value }]) =>
        value === undefined ? [] : [[fromByteString(name), fromByteString(value)] as const],
      ),
    );
  }

  /** Those that have a value, sorted by name; not what the environment brought under names that are none. */
  listed(): readonly (readonly [string, Variable & { readonly value: string }])[] {
    return [...this.#table]
      .flatMap(([name, variable]) =>
        variable.value === undefined || !isName(name) ? [] : [[name, { ...variable, value: variable.value }] as const],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  importEnvironment(env: Env): void {
    for (const [name, value] of env) this.assign(byteString(name), byteString(value), { exported: true });
  }

  #innermost(): Scope {
    const scope = this.#scopes[this.#scopes.length - 1];
    if (scope === undefined) throw new ShellError("not in a function");
    return scope;
  }

  #put(name: string, variable: Variable | undefined): void {
    this.bytes += (variable?.value?.length ?? 0) - (this.#table.get(name)?.value?.length ?? 0);
    if (variable === undefined) this.#table.delete(name);
    else this.#table.set(name, variable);
  }
}

function refuseReadonly(name: string, variable: Variable): void {
  if (variable.readonly) throw new ShellError(`${name}: is read only`);
}
