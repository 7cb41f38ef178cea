/**
 * What files of HCL define: variables and functions, and with them groups and targets.
 *
 * Names are resolved when they are asked for, so that their order does not matter.
 *
 * @see docker/buildx bake/hclparser/hclparser.go
 */
import {
  type Block,
  type BlockTypes,
  type Body,
  type Circumstances,
  Cyclic,
  type Expression,
  entriesOf,
  evaluate,
  HclError,
  type HclFunction,
  type HclValue,
  hclFunctions,
  isList,
  isObject,
  type Scope,
  textOf,
  Unsuitable,
  within,
} from "../../../hcl/index.ts";
import { type BakeConfig, mergedTarget, type Variable } from "./config.ts";
import { decodeGroup, decodeTarget } from "./decode.ts";
import { checkValidations, overridden, type VariableType, variableType } from "./variables.ts";

/** Blocks that a bake file can have. */
export const BLOCKS: BlockTypes = {
  function: { labels: 1 },
  group: { labels: 1 },
  target: { labels: 1 },
  variable: { labels: 1, blocks: { validation: { labels: 0 } } },
};

export interface DefinitionOptions {
  /** Variables that every file has. */
  readonly builtIn: ReadonlyMap<string, string>;
  /** A variable of the client's environment. */
  readonly lookup: (name: string) => string | undefined;
  /** What the functions of time and chance take. */
  readonly circumstances: Circumstances;
}

const TARGET_NAME = /^[a-zA-Z0-9_-]+$/;

/** A block under one of its names, with the values that its matrix gives it. */
interface Named {
  readonly name: string;
  readonly block: Block;
  readonly scope: Scope;
}

export class Definition {
  readonly #options: DefinitionOptions;
  readonly #variables = new Map<string, Block>();
  readonly #globals = new Map<string, Expression>();
  readonly #functions = new Map<string, Block>();
  readonly #blocks: readonly Block[];
  readonly #values = new Map<string, HclValue>();
  readonly #types = new Map<string, VariableType>();
  readonly #known: ReadonlyMap<string, HclFunction>;
  readonly #made = new Map<string, HclFunction>();
  /** What is being resolved: variables, functions, attributes of blocks. */
  readonly #resolving = new Set<string>();
  readonly #scope: Scope;

  constructor(bodies: readonly Body[], options: DefinitionOptions) {
    this.#options = options;
    this.#known = hclFunctions(options.circumstances);
    this.#blocks = bodies.flatMap(({ blocks }) => blocks);
    for (const block of this.#blocks) {
      const isNamed = block.type in BLOCKS;
      if (isNamed && block.labels.length !== 1) throw unnamed(block);
      const name = block.labels[0]?.text ?? "";
      if (block.type === "variable") this.#variables.set(name, block);
      if (block.type === "function") this.#functions.set(name, block);
    }
    for (const { attributes } of bodies) for (const [name, { value }] of attributes) this.#globals.set(name, value);
    this.#scope = {
      variable: (name) => this.#variable(name),
      function: (name) => this.#function(name),
      attribute: (type, block, name) => this.#attribute(type, block, name),
      functionNames: [...this.#known.keys(), ...this.#functions.keys()],
    };
  }

  /** @throws HclError */
  read(): BakeConfig {
    const variables = [...this.#variables].map(([name, block]) => this.#read(name, block));
    for (const block of this.#variables.values()) checkValidations(block, this.#scope);
    for (const name of this.#functions.keys()) this.#function(name);
    const config: BakeConfig = { groups: new Map(), targets: new Map(), variables };
    for (const block of this.#blocks) if (block.type === "group") this.#readGroup(block, config);
    const renamed = new Map<string, readonly string[]>();
    for (const block of this.#blocks) if (block.type === "target") this.#readTarget(block, config, renamed);
    // What a matrix has made several targets of is a group of them.
    for (const [name, targets] of renamed) {
      if (targets.every((target) => target === name)) continue;
      config.groups.set(name, { targets: [...new Set([...(config.groups.get(name)?.targets ?? []), ...targets])] });
    }
    return config;
  }

  #read(name: string, block: Block): Variable {
    const value = whereNotElse(block, () => this.#variable(name) ?? null);
    const description = block.body.attributes.get("description")?.value;
    return {
      name,
      description: description === undefined ? "" : textOf(evaluate(description, this.#scope)),
      type: this.#types.get(name)?.name ?? "",
      value,
    };
  }

  #variable(name: string): HclValue | undefined {
    const before = this.#values.get(name);
    if (before !== undefined) return before;
    const builtIn = this.#options.builtIn.get(name);
    if (builtIn !== undefined) return builtIn;
    const isKnown = this.#variables.has(name) || this.#globals.has(name);
    if (!isKnown) return undefined;
    const value = this.#once(`variable cycle not allowed for ${name}`, () => this.#valueOf(name));
    this.#values.set(name, value);
    return value;
  }

  #valueOf(name: string): HclValue {
    const global = this.#globals.get(name);
    if (global !== undefined) return evaluate(global, this.#scope);
    const { attributes } = this.#variables.get(name)?.body ?? { attributes: new Map() };
    const written = attributes.get("default")?.value;
    const typed = attributes.get("type")?.value;
    const type = typed === undefined ? undefined : variableType(typed);
    if (type !== undefined) this.#types.set(name, type);
    const usual = written === undefined ? undefined : evaluate(written, this.#scope);
    return overridden(name, { usual, type, lookup: this.#options.lookup });
  }

  /** @throws Cyclic for what leads back to itself */
  #once<T>(cycle: string, resolve: () => T): T {
    if (this.#resolving.has(cycle)) throw new Cyclic(cycle);
    this.#resolving.add(cycle);
    try {
      return resolve();
    } finally {
      this.#resolving.delete(cycle);
    }
  }

  #function(name: string): HclFunction | undefined {
    const made = this.#known.get(name) ?? this.#made.get(name);
    const block = this.#functions.get(name);
    if (made !== undefined || block === undefined) return made;
    const { attributes } = block.body;
    const result = attributes.get("result")?.value;
    const params = attributes.get("params")?.value;
    if (params === undefined || result === undefined) {
      const missing = params === undefined ? "params" : "result";
      const range = params === undefined ? block.labels[0]?.range : attributes.get("params")?.nameRange;
      const until = params?.range.end ?? range?.end ?? block.open.end;
      const why = `empty ${missing} not allowed for ${name}`;
      throw new HclError("Invalid function", why, { ...(range ?? block.open), end: until });
    }
    const names = params.kind === "tuple" ? params.items.map(keywordOf) : [];
    const variadic = attributes.get("variadic_params")?.value;
    const rest = variadic === undefined ? undefined : keywordOf(variadic);
    const function_: HclFunction = {
      parameters: names.map((one) => ({ name: one, kind: "any" })),
      rest: rest === undefined ? undefined : { name: rest, kind: "any" },
      call: (...operands) => {
        const given = Object.fromEntries(names.map((one, at) => [one, operands[at] ?? null]));
        const more = rest === undefined ? {} : { [rest]: operands.slice(names.length) };
        const inner = within(this.#scope, { ...given, ...more });
        return this.#once(`function cycle not allowed for ${name}`, () => evaluate(result, inner));
      },
    };
    this.#made.set(name, function_);
    return function_;
  }

  /** What a block of a name says, the last one that says it. Null for what none says. */
  #attribute(type: string, name: string, attribute: string): HclValue | undefined {
    if (type !== "target" && type !== "group") return undefined;
    const named = this.#blocks.filter((block) => block.type === type).flatMap((block) => this.#named(block));
    const blocks = named.filter((one) => one.name === name);
    if (blocks.length === 0) return undefined;
    const said = blocks.findLast(({ block }) => block.body.attributes.has(attribute));
    const value = said?.block.body.attributes.get(attribute)?.value;
    if (said === undefined || value === undefined) return null;
    return this.#once(`reference cycle not allowed for ${type}.${name}.${attribute}`, () =>
      evaluate(value, said.scope),
    );
  }

  #readGroup(block: Block, { groups }: BakeConfig): void {
    const name = labelOf(block);
    checkName(block, name);
    groups.set(name, decodeGroup(block, this.#scope));
  }

  #readTarget(block: Block, { targets }: BakeConfig, renamed: Map<string, readonly string[]>): void {
    const named = this.#named(block);
    const names = named.map(({ name }) => name);
    const again = names.find((name, at) => names.indexOf(name) < at);
    if (again !== undefined) throw badName(block, `duplicate name ${JSON.stringify(again)}`);
    for (const { name, scope } of named) {
      const read = decodeTarget(block, scope);
      targets.set(name, mergedTarget(targets.get(name), read));
    }
    renamed.set(labelOf(block), [...(renamed.get(labelOf(block)) ?? []), ...names]);
  }

  /** A block for each combination of its matrix. */
  #named(block: Block): readonly Named[] {
    const label = labelOf(block);
    checkName(block, label);
    const { attributes } = block.body;
    const [nameOf, matrix] = [attributes.get("name")?.value, attributes.get("matrix")?.value];
    if (block.type === "group") return [{ name: label, block, scope: this.#scope }];
    if (nameOf !== undefined && matrix === undefined) throw badName(block, "name requires matrix");
    const rows = matrix === undefined ? [{}] : combinations(block, evaluate(matrix, this.#scope));
    return rows.map((row) => {
      const scope = within(this.#scope, row);
      const name = nameOf === undefined ? label : textOf(evaluate(nameOf, scope));
      checkName(block, name);
      return { name, block, scope };
    });
  }
}

function combinations(block: Block, matrix: HclValue): readonly Readonly<Record<string, HclValue>>[] {
  if (!isObject(matrix)) throw badName(block, "matrix must be a map");
  let rows: readonly Readonly<Record<string, HclValue>>[] = [{}];
  for (const [name, values] of entriesOf(matrix)) {
    if (!isList(values)) throw badName(block, "matrix values must be a list");
    rows = values.flatMap((value) => rows.map((row) => ({ ...row, [name]: value })));
  }
  return rows;
}

function keywordOf(expression: Expression): string {
  if (expression.kind === "variable") return expression.name;
  throw new HclError("Invalid param element", "Each parameter name must be an identifier.", expression.range);
}

const labelOf = ({ labels }: Block): string => labels[0]?.text ?? "";

function checkName(block: Block, name: string): void {
  if (!TARGET_NAME.test(name)) throw badName(block, 'only "[a-zA-Z0-9_-]+" are allowed');
}

const badName = ({ labels, open }: Block, why: string): HclError =>
  new HclError("Invalid name", why, labels[0]?.range ?? open);

function unnamed({ type, labels, open }: Block): HclError {
  const extra = labels[1];
  if (extra === undefined) {
    return new HclError(`Missing name for ${type}`, `All ${type} blocks must have 1 labels (name).`, open);
  }
  return new HclError(
    `Extraneous label for ${type}`,
    `Only 1 labels (name) are expected for ${type} blocks.`,
    extra.range,
  );
}

/** What is wrong with a variable, unless an expression is to blame, is told of its block. */
function whereNotElse<T>({ body }: Block, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unsuitable ? new HclError("Invalid value", error.message, body.start) : error;
  }
}
