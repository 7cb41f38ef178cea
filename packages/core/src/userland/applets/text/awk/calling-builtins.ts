/** The built-in functions of awk that need the kernel: time, commands, streams. */
import { clock_gettime, type Routine } from "../../../../abi/index.ts";
import { byteString, fromByteString } from "../../../../lib/index.ts";
import { civilOf, epochOf, strftime, US_PER_SECOND, type Zone, zoneOf } from "../../../dates.ts";
import { system } from "../subprocess.ts";
import { TOO_FEW, TOO_MANY } from "./builtins.ts";
import { type Operand, toInt, toNumber, type Value } from "./cell.ts";
import { AwkError } from "./lexer.ts";
import type { Runtime } from "./runtime.ts";

/** strftime's buffer. */
const TEXT_MAX = 240;

export type CallingBuiltin = (runtime: Runtime, values: readonly Operand[]) => Routine<Value>;

export const CALLING_BUILTINS: Readonly<Record<string, CallingBuiltin>> = {
  close: function* (runtime, values) {
    const result = yield* runtime.streams.close(runtime.text(only(values)));
    if (result !== 0) runtime.set(runtime.variable("ERRNO"), result < 0 ? 2 : 0);
    return result;
  },
  system: function* (runtime, values) {
    const command = runtime.text(only(values));
    yield* runtime.io.out.flush();
    yield* runtime.streams.flush();
    if (command === "") return 0;
    const status = yield* system(fromByteString(command), runtime.io.env);
    return "exited" in status ? status.exited : 0;
  },
  fflush: function* (runtime, values) {
    atMostOne(values);
    yield* runtime.io.out.flush();
    yield* runtime.streams.flush();
    return 0;
  },
  srand: function* (runtime, values) {
    atMostOne(values);
    const previous = runtime.random.lastSeed;
    runtime.random.seed(values.length > 0 ? toUnsigned(toNumber(values[0])) : yield* seconds());
    return previous;
  },
  systime: function* (_, values) {
    if (values.length > 0) throw new AwkError(TOO_MANY);
    return yield* seconds();
  },
  strftime: function* (runtime, values) {
    const format = values.length > 0 ? runtime.text(values[0]) : "%a %b %d %H:%M:%S %Z %Y";
    const time = values.length > 1 ? Math.trunc(toNumber(values[1])) : yield* seconds();
    const text = byteString(strftime(fromByteString(format), civilOf(time * US_PER_SECOND, zone(runtime))));
    return text.length < TEXT_MAX ? text : "";
  },
};

/** mktime("YYYY MM DD HH MM SS"); -1 for what is no date. */
export function awkMktime(runtime: Runtime, values: readonly Operand[]): Value {
  const [year, month, day, hour, minute, second] = (/^(?:\s*\d+){6}/.exec(runtime.text(values[0]))?.[0] ?? "")
    .trim()
    .split(/\s+/)
    .map(Number);
  if (year === undefined || month === undefined || day === undefined) return -1;
  if (hour === undefined || minute === undefined || second === undefined || month < 1 || year < 1900) return -1;
  const civil = { year, month, day, hour, minute, second, zone: zone(runtime) };
  return toInt(Math.floor(epochOf(civil) / US_PER_SECOND));
}

const zone = (runtime: Runtime): Zone => zoneOf(runtime.io.env.get("TZ"));

function* seconds(): Routine<number> {
  return Math.floor((yield* clock_gettime("realtime")) / US_PER_SECOND);
}

const toUnsigned = (value: number): number => Number(BigInt.asUintN(32, BigInt(Math.trunc(value))));

function only(values: readonly Operand[]): Operand {
  if (values.length === 0) throw new AwkError(TOO_FEW);
  atMostOne(values);
  return values[0];
}

function atMostOne(values: readonly Operand[]): void {
  if (values.length > 1) throw new AwkError(TOO_MANY);
}
