/**
 * Requirements: `flask[async]>=2,<3; python_version < "3.8"`.
 *
 * @see PEP 508
 */
import { compareVersions, Specifier } from "./python-version.ts";

export interface Requirement {
  /** As it was written: "Jinja2". */
  readonly name: string;
  /** As indexes know it: "jinja2". */
  readonly key: string;
  readonly extras: readonly string[];
  readonly specifier: Specifier;
  readonly marker: string | undefined;
}

/** What markers ask for. */
export interface MarkerEnvironment {
  /** "3.9" */
  readonly pythonVersion: string;
  /** "3.9.21" */
  readonly pythonFullVersion: string;
}

/** The name under which an index has a package: "Flask_SQLAlchemy" → "flask-sqlalchemy". */
export const normalName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** `undefined` for a text that is no requirement. */
export function parseRequirement(text: string): Requirement | undefined {
  const [, body = "", marker] = /^([^;]*)(?:;(.*))?$/s.exec(text.trim()) ?? [];
  const match = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*\(?([^()]*)\)?$/.exec(body.trim());
  const specifier = Specifier.parse(match?.[3] ?? "");
  if (match === null || specifier === undefined) return undefined;
  const name = match[1] ?? "";
  const extras = (match[2] ?? "").split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));
  return { name, key: normalName(name), extras, specifier, marker: marker?.trim() };
}

/** The requirement as pip prints it: "flask[async]<3,>=2". */
export function requirementText({ name, extras, specifier }: Requirement): string {
  return `${name}${extras.length === 0 ? "" : `[${extras.join(",")}]`}${specifier.toString()}`;
}

/** Whether a marker holds here. What is not understood does not hold. */
export function markerHolds(marker: string | undefined, environment: MarkerEnvironment): boolean {
  if (marker === undefined || marker === "") return true;
  return new Marker(marker, environment).evaluate();
}

class Marker {
  readonly #tokens: string[];
  readonly #environment: MarkerEnvironment;

  constructor(text: string, environment: MarkerEnvironment) {
    this.#tokens = text.match(/\(|\)|"[^"]*"|'[^']*'|===|~=|[=!<>]=|[<>]|[\w.]+/g) ?? [];
    this.#environment = environment;
  }

  evaluate(): boolean {
    return this.#or();
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#take("or")) value = this.#and() || value;
    return value;
  }

  #and(): boolean {
    let value = this.#atom();
    while (this.#take("and")) value = this.#atom() && value;
    return value;
  }

  #atom(): boolean {
    if (this.#take("(")) {
      const value = this.#or();
      this.#take(")");
      return value;
    }
    const left = this.#tokens.shift() ?? "";
    const isNot = this.#take("not");
    const operator = this.#tokens.shift() ?? "";
    const right = this.#tokens.shift() ?? "";
    const value = compare(this.#value(left), operator, this.#value(right), /version/.test(left + right));
    return isNot ? !value : value;
  }

  #take(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }

  #value(token: string): string {
    if (/^["']/.test(token)) return token.slice(1, -1);
    const { pythonVersion, pythonFullVersion } = this.#environment;
    const known: Readonly<Record<string, string>> = {
      python_version: pythonVersion,
      python_full_version: pythonFullVersion,
      implementation_version: pythonFullVersion,
      os_name: "posix",
      sys_platform: "linux",
      platform_system: "Linux",
      platform_machine: "x86_64",
      platform_python_implementation: "CPython",
      implementation_name: "cpython",
      extra: "",
    };
    return known[token] ?? "";
  }
}

function compare(left: string, operator: string, right: string, areVersions: boolean): boolean {
  if (operator === "in") return right.includes(left);
  if (areVersions) return Specifier.parse(`${operator}${right}`)?.allows(left) ?? false;
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  const difference = compareVersions(left, right);
  return operator.startsWith("<") ? difference < 0 : difference > 0;
}
