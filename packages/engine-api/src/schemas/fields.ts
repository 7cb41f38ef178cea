/** What fields of bodies consist of, and what Go calls their types. */
import { z } from "zod";

/** A type in moby's sources: `container.HostConfig`. */
export interface GoType {
  readonly name: string;
  /** The decoder meets it in a struct without a name. */
  readonly isNameless?: boolean;
  /** Lists and maps of it hold pointers. */
  readonly isPointer?: boolean;
}

const goTypes = z.registry<GoType>();

/** The schema, with the name that errors call its type by. */
export function goType<T extends z.ZodType>(schema: T, name: string, more: Omit<GoType, "name"> = {}): T {
  const own = schema.clone() as T;
  goTypes.add(own, { name, ...more });
  return own;
}

export const goTypeOf = (schema: z.ZodType): GoType | undefined => goTypes.get(schema);

/** Without what says that it may be missing. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? unwrapped(schema.in as z.ZodType) : schema;
}

export const text = z.string();
export const texts = z.array(text);
/** As many bits as Go's `int64` has: more than JavaScript counts one by one. */
export const integer = z
  .number()
  .multipleOf(1)
  .min(-(2 ** 63))
  .max(2 ** 63);
/** Go's `map[string]string`. */
export const map = z.record(text, text);
/** A field that may be missing. */
export const maybe = <T extends z.ZodType>(schema: T) => z.exactOptional(schema);

/** Go's types of numbers, but for `int64`, which is what others are. */
export const int = goType(integer, "int");
export const uint64 = goType(integer.min(0), "uint64");
export const uint16 = goType(integer.min(0).max(2 ** 16 - 1), "uint16");
export const uint32 = goType(integer.min(0).max(2 ** 32 - 1), "uint32");
export const float32 = goType(z.number(), "float32");
/** Permissions of a file, as bits. */
export const fileMode = goType(integer.min(0).max(2 ** 32 - 1), "fs.FileMode");
const uint = goType(integer.min(0), "uint");
/** Nanoseconds. */
export const duration = goType(integer, "time.Duration");
/** Lines and columns of a terminal: of an array of Go's, what is missing is zero and what is too much is dropped. */
export const consoleSize = goType(z.array(uint), "[2]uint").transform(
  ([lines = 0, columns = 0]) => [lines, columns] as const,
);
/** `nofile=64:128`, read. */
export const ulimit = goType(
  z.object({ Name: text.default(""), Hard: integer.default(0), Soft: integer.default(0) }),
  "units.Ulimit",
  { isPointer: true },
);
