/**
 * i2cdetect, i2cdump, i2cget, i2cset, i2ctransfer: chips on a bus.
 *
 * They end where the bus is opened, or where a file is asked that is no bus: no driver of this machine has one.
 *
 * @see i2c-tools(8), Documentation/i2c/dev-interface.rst
 */
import { Errno, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { hexadecimalOrDie, unsignedOrDie } from "../../number.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

const LAST_BUS = 0xfffff;
const [FIRST_CHIP, LAST_CHIP] = [0x03, 0x77];
const BYTE = 0xff;
const BUSES = "/sys/class/i2c-dev";

/** As C writes numbers. */
function* anyBase(io: Io, text: string, min: number, max: number): Routine<number> {
  if (/^0x/i.test(text)) return yield* hexadecimalOrDie(io, text, min, max);
  return yield* unsignedOrDie(io, text, min, max);
}

const busNumber = (io: Io, text: string): Routine<number> => unsignedOrDie(io, text, 0, LAST_BUS);

/** The bus has two names. */
function* openBus(io: Io, bus: number): Routine<number> {
  const fd = yield* attempt(open(`/dev/i2c-${bus}`, O_RDWR));
  if (!(fd instanceof Errno)) return fd;
  if (fd.code === "ENOENT") return yield* openOrDie(io, `/dev/i2c/${bus}`, O_RDWR);
  return yield* io.pdie(`can't open '/dev/i2c-${bus}'`, fd);
}

function* askFunctions(io: Io, bus: number): Routine<number> {
  yield* control(io, yield* openBus(io, bus), "I2C_FUNCS", { what: "can't get adapter functionality matrix" });
  return 0;
}

function* invalidMode(io: Io): Routine<never> {
  yield* io.warn("invalid mode");
  return yield* showUsage(io);
}

export const i2cget: Applet = function* (io) {
  const { operands } = yield* getopt(io, "fy");
  const [busText, chip, register, mode = "b"] = operands;
  if (busText === undefined || chip === undefined || operands.length > 4) return yield* showUsage(io);
  const bus = yield* busNumber(io, busText);
  yield* hexadecimalOrDie(io, chip, FIRST_CHIP, LAST_CHIP);
  if (register !== undefined) yield* hexadecimalOrDie(io, register, 0, BYTE);
  if (!/^[bwc]/.test(mode)) return yield* invalidMode(io);
  return yield* askFunctions(io, bus);
};

export const i2cset: Applet = function* (io) {
  const { operands } = yield* getopt(io, "fym:r");
  const [busText, chip, register, ...values] = operands;
  if (busText === undefined || chip === undefined || register === undefined) return yield* showUsage(io);
  const bus = yield* busNumber(io, busText);
  yield* hexadecimalOrDie(io, chip, FIRST_CHIP, LAST_CHIP);
  yield* hexadecimalOrDie(io, register, 0, BYTE);
  const [value] = values;
  if (value !== undefined) {
    const mode = values.length === 1 && !value.startsWith("c") ? "b" : (values.at(-1) ?? "");
    if (!/^[bcwsi]/.test(mode)) return yield* invalidMode(io);
    if (!mode.startsWith("c")) yield* anyBase(io, value, 0, mode.startsWith("w") ? 0xffff : BYTE);
  }
  return yield* askFunctions(io, bus);
};

export const i2cdump: Applet = function* (io) {
  const options = yield* getopt(io, "fyr:");
  const { operands } = options;
  const [busText, chip, mode = "b"] = operands;
  if (busText === undefined || chip === undefined || operands.length > 3) return yield* showUsage(io);
  const bus = yield* busNumber(io, busText);
  yield* hexadecimalOrDie(io, chip, FIRST_CHIP, LAST_CHIP);
  if (!/^[bcwsiW]/.test(mode)) return yield* io.die("invalid mode");
  if (/^[Wi]p/.test(mode)) return yield* io.die("pec not supported for -W and -i");
  const range = options.value("r");
  if (range !== undefined) yield* checkRange(io, range, mode);
  return yield* askFunctions(io, bus);
};

/** FIRST-LAST. Blocks come whole, and words on even registers are pairs of them. */
function* checkRange(io: Io, text: string, mode: string): Routine<void> {
  const [, firstText = "", lastText = ""] = /^(0x[0-9a-f]+|\d+)-(.*)$/is.exec(text) ?? [];
  const first = Number(firstText);
  if (firstText === "" || first > BYTE) return yield* io.die("invalid range");
  const last = yield* anyBase(io, lastText, first, BYTE);
  const fits = mode.startsWith("W") ? first % 2 === 0 && last % 2 === 1 : !/^[si]/.test(mode);
  if (!fits) yield* io.die("range not compatible with selected mode");
}

export const i2cdetect: Applet = function* (io) {
  const options = yield* getopt(io, "yaqrFl");
  const { operands } = options;
  if (options.has("l")) return yield* listBuses(io);
  const [busText] = operands;
  if (busText === undefined || operands.length > 3) return yield* showUsage(io);
  return yield* askFunctions(io, yield* busNumber(io, busText));
};

function* listBuses(io: Io): Routine<number> {
  yield* openOrDie(io, BUSES);
  return 0;
}

export const i2ctransfer: Applet = function* (io) {
  const { operands } = yield* getopt(io, "+fya");
  const [busText, description] = operands;
  if (busText === undefined || description === undefined) return yield* showUsage(io);
  return yield* askFunctions(io, yield* busNumber(io, busText));
};
