/** What fields of bodies consist of. */
import { z } from "zod";

export const text = z.string();
export const texts = z.array(text);
export const integer = z.number().int();
/** Go's `map[string]string`. */
export const map = z.record(text, text);
/** A field that may be missing. */
export const maybe = <T extends z.ZodType>(schema: T) => z.exactOptional(schema);
