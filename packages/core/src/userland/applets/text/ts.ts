/** ts: put the time before every line. @see ts(1), moreutils */
import { clock_gettime } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, strftime, US_PER_SECOND, UTC, zoneOf } from "../../dates.ts";
import { getopt } from "../../getopt.ts";
import { usage } from "./arguments.ts";
import { LineReader, put } from "./lines.ts";

export const ts: Applet = function* (io) {
  const options = yield* getopt(io, "is");
  const [format, excess] = options.operands;
  if (excess !== undefined) return yield* usage(io);
  const isRelative = options.has("i") || options.has("s");
  const wanted = format ?? (isRelative ? "%H:%M:%S" : "%b %d %H:%M:%S");
  // `%.S` and `%.s` at the end of a format show microseconds.
  const [, before, letter] = /^(.*)%\.([Ss])$/s.exec(wanted) ?? [];
  const pattern = before === undefined ? wanted : `${before}%${letter}`;
  const zone = isRelative ? UTC : zoneOf(io.env.get("TZ"));
  let startUs = yield* clock_gettime("realtime");
  const reader = new LineReader(0, "\n\0");
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    const nowUs = yield* clock_gettime("realtime");
    const shownUs = isRelative ? nowUs - startUs : nowUs;
    if (options.has("i")) startUs = nowUs;
    const fraction = before === undefined ? "" : `.${String(shownUs % US_PER_SECOND).padStart(6, "0")}`;
    const time = byteString(strftime(pattern, civilOf(shownUs, zone))) + fraction;
    yield* put(io, `${time} ${line}${reader.ending === "\n" ? "\n" : ""}`);
  }
  return 0;
};
