/** What stty calls the modes of a terminal, in the order in which it shows them. @see stty(1p), termios(3) */
import type { Termios } from "../../../abi/index.ts";

export type FlagField = "cflag" | "iflag" | "oflag" | "lflag";

export interface Mode {
  readonly name: string;
  readonly field: FlagField;
  readonly bits: number;
  /** Of several bits: the value among them that the name stands for. */
  readonly value: number;
  /** What `sane` makes of it, if anything. */
  readonly sane: boolean | undefined;
}

/** `+`: set by `sane`; `-`: cleared by it. A name with `/MASK` is one value of several bits. */
const TABLE: Readonly<Record<FlagField, string>> = {
  cflag:
    "parenb=400 parodd=1000 cmspar=10000000000 cs5=0/60 cs6=20/60 cs7=40/60 cs8=60/60 hupcl=2000 cstopb=100 " +
    "+cread=200 clocal=4000 crtscts=20000000000",
  iflag:
    "-ignbrk=1 +brkint=2 ignpar=4 parmrk=10 inpck=20 istrip=40 -inlcr=100 -igncr=200 +icrnl=400 ixon=2000 " +
    "-ixoff=10000 -iuclc=1000 -ixany=4000 +imaxbel=20000 iutf8=40000",
  oflag:
    "+opost=1 -olcuc=2 -ocrnl=10 +onlcr=4 -onocr=20 -onlret=40 -ofill=100 -ofdel=200 nl1=400/400 +nl0=0/400 " +
    "cr3=3000/3000 cr2=2000/3000 cr1=1000/3000 +cr0=0/3000 tab3=14000/14000 tab2=10000/14000 tab1=4000/14000 " +
    "+tab0=0/14000 bs1=20000/20000 +bs0=0/20000 vt1=40000/40000 +vt0=0/40000 ff1=100000/100000 +ff0=0/100000",
  lflag:
    "+isig=1 +icanon=2 +iexten=100000 +echo=10 +echoe=20 +echok=40 -echonl=100 -noflsh=200 -xcase=4 -tostop=400 " +
    "-echoprt=2000 +echoctl=1000 +echoke=4000 flusho=10000 extproc=200000",
};

export const FIELDS = ["cflag", "iflag", "oflag", "lflag"] as const satisfies readonly FlagField[];

export const MODES: readonly Mode[] = FIELDS.flatMap((field) =>
  TABLE[field].split(" ").map((entry) => mode(entry, field)),
);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["hup", "hupcl"],
  ["tandem", "ixoff"],
  ["crterase", "echoe"],
  ["prterase", "echoprt"],
  ["ctlecho", "echoctl"],
  ["crtkill", "echoke"],
  ["tabs", "tab0"],
]);

export function findMode(name: string): Mode | undefined {
  const wanted = ALIASES.get(name) ?? name;
  return MODES.find((one) => one.name === wanted);
}

/** True if the name stands for one value of several bits: it cannot be negated. */
export const isChoice = ({ name }: Mode): boolean => /^(cs|nl|cr|tab|bs|vt|ff)\d$/.test(name);

export const holds = (termios: Termios, { field, bits, value }: Mode): boolean =>
  (termios[field] & bits) >>> 0 === value;

export function withMode(termios: Termios, { field, bits, value }: Mode, isOn: boolean): Termios {
  return { ...termios, [field]: ((termios[field] & ~bits) | (isOn ? value : 0)) >>> 0 };
}

function mode(entry: string, field: FlagField): Mode {
  const [, sign = "", name = "", value = "", mask = value] = /^([-+]?)(\w+)=(\d+)(?:\/(\d+))?$/.exec(entry) ?? [];
  return {
    name,
    field,
    bits: Number.parseInt(mask, 8),
    value: Number.parseInt(value, 8),
    sane: sign === "" ? undefined : sign === "+",
  };
}
