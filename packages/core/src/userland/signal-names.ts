/** Signals by name and number, as busybox's kill, timeout and trap know them. */

/** By number; 0 is what a shell's exit trap is called. */
const NAMES = [
  "EXIT",
  "HUP",
  "INT",
  "QUIT",
  "ILL",
  "TRAP",
  "ABRT",
  "BUS",
  "FPE",
  "KILL",
  "USR1",
  "SEGV",
  "USR2",
  "PIPE",
  "ALRM",
  "TERM",
  "STKFLT",
  "CHLD",
  "CONT",
  "STOP",
  "TSTP",
  "TTIN",
  "TTOU",
  "URG",
  "XCPU",
  "XFSZ",
  "VTALRM",
  "PROF",
  "WINCH",
  "POLL",
  "PWR",
  "SYS",
] as const;
const ALIASES: ReadonlyMap<string, number> = new Map([
  ["IO", 29],
  ["IOT", 6],
]);
/** One more than the highest signal. */
const SIGNAL_COUNT = 65;

/** The number that `TERM`, `sigterm` or `15` stands for. Unlike in other programs, RTMIN has no name. */
export function signalByName(text: string): number | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text) < SIGNAL_COUNT ? Number(text) : undefined;
  const name = text.toUpperCase();
  const plain = name.startsWith("SIG") ? name.slice(3) : name;
  const number = (NAMES as readonly string[]).indexOf(plain);
  return number >= 0 ? number : ALIASES.get(plain);
}

/** `TERM` for 15; a number without a name stays a number. */
export function nameOfSignal(number: number): string {
  return NAMES[number] ?? String(number);
}

/** The lines that `kill -l` prints. */
export function signalList(): readonly string[] {
  return NAMES.flatMap((name, number) => (number === 0 ? [] : [`${String(number).padStart(2)}) ${name}`]));
}
