/** The little SQL that the stand-in for PostgreSQL answers: what health checks and set-up scripts ask. */

export type SqlResult =
  | { readonly kind: "rows"; readonly names: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "done"; readonly tag: string }
  | { readonly kind: "error"; readonly code: string; readonly message: string }
  | { readonly kind: "empty" };

export interface SqlContext {
  readonly version: string;
  readonly database: string;
  readonly user: string;
  readonly databases: Set<string>;
  /** Users and their passwords. */
  readonly users: Map<string, string>;
}

/** Each statement's result, up to the first that fails. */
export function runSql(sql: string, context: SqlContext): readonly SqlResult[] {
  const statements = sql
    .replaceAll(/--[^\n]*/g, "")
    .split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  if (statements.length === 0) return [{ kind: "empty" }];
  const results: SqlResult[] = [];
  for (const statement of statements) {
    const result = runOne(statement, context);
    results.push(result);
    if (result.kind === "error") break;
  }
  return results;
}

function runOne(statement: string, context: SqlContext): SqlResult {
  const select = /^select\s+(.*)$/is.exec(statement);
  if (select !== null) return selectOf(select[1] ?? "", context);
  const database = /^create\s+database\s+"?([\w-]+)"?/i.exec(statement)?.[1];
  if (database !== undefined) {
    if (context.databases.has(database)) {
      return { kind: "error", code: "42P04", message: `database "${database}" already exists` };
    }
    context.databases.add(database);
    return { kind: "done", tag: "CREATE DATABASE" };
  }
  const role = /^(create|alter)\s+(?:role|user)\s+"?(\w+)"?(?:.*password\s+'([^']*)')?/is.exec(statement);
  if (role !== null) {
    context.users.set(role[2] ?? "", role[3] ?? "");
    return { kind: "done", tag: `${(role[1] ?? "").toUpperCase()} ROLE` };
  }
  const quiet = /^(grant|revoke|set|begin|commit|rollback|create\s+extension|create\s+schema|comment)\b/i.exec(
    statement,
  )?.[1];
  if (quiet !== undefined) return { kind: "done", tag: quiet.toUpperCase().replaceAll(/\s+/g, " ") };
  const [word = ""] = statement.split(/\s/);
  const isKnown = /^(insert|update|delete|create|drop|alter|copy|truncate|with|show|explain|vacuum|analyze)$/i.test(
    word,
  );
  return isKnown
    ? { kind: "error", code: "0A000", message: `this PostgreSQL is a stand-in: it does not run ${word.toUpperCase()}` }
    : { kind: "error", code: "42601", message: `syntax error at or near "${word}"` };
}

/** Literals and a few functions, without tables. */
function selectOf(list: string, { version, database, user, databases }: SqlContext): SqlResult {
  const names: string[] = [];
  const values: string[] = [];
  if (/\bfrom\s+pg_database\b/i.test(list)) {
    return { kind: "rows", names: ["datname"], rows: [...databases].map((name) => [name]) };
  }
  if (/\bfrom\b/i.test(list)) {
    const table = /\bfrom\s+"?([\w.]+)/i.exec(list)?.[1] ?? "";
    return { kind: "error", code: "42P01", message: `relation "${table}" does not exist` };
  }
  for (const part of list.split(",").map((one) => one.trim())) {
    const [, expression = "", alias] = /^(.*?)(?:\s+as\s+"?(\w+)"?)?$/is.exec(part) ?? [];
    const call = /^(\w+)\(\)$/.exec(expression)?.[1]?.toLowerCase();
    const literal = /^'([^']*)'$/.exec(expression)?.[1] ?? /^-?\d+(?:\.\d+)?$/.exec(expression)?.[0];
    const sum = /^(\d+)\s*([+*-])\s*(\d+)$/.exec(expression);
    if (call === "version") values.push(version);
    else if (call === "current_database") values.push(database);
    else if (/^(current_user|user)$/i.test(expression)) values.push(user);
    else if (literal !== undefined) values.push(literal);
    else if (sum !== null) values.push(String(calculate(Number(sum[1]), sum[2] ?? "+", Number(sum[3]))));
    else if (/^true|false$/i.test(expression)) values.push(expression[0]?.toLowerCase() ?? "");
    else return { kind: "error", code: "42703", message: `column "${expression}" does not exist` };
    names.push(alias ?? call ?? "?column?");
  }
  return { kind: "rows", names, rows: [values] };
}

function calculate(a: number, operator: string, b: number): number {
  return operator === "+" ? a + b : operator === "-" ? a - b : a * b;
}
