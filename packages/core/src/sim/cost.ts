/**
 * What things cost in virtual time: one table, all in integer microseconds.
 *
 * The figures are those of a modern server, rounded so that a test reads them easily; `createEngine({ costs })`
 * replaces any of them. They are a model, not a measurement: Bottleship does not predict how long your program takes.
 */
export interface CostTable {
  /** Any system call. */
  readonly syscall: number;
  /** clone(2), beyond the call. */
  readonly clone: number;
  /** execve(2), beyond the call. */
  readonly execve: number;
  /** Copying or checking 64 KiB in read(2), write(2) and their like. */
  readonly per64KiB: number;
  /** One command that a shell interprets itself. */
  readonly shellStep: number;
  /** A line of output, as a log driver keeps it. */
  readonly logLine: number;
  /** 64 KiB of output on their way from a container's pipe to its log, or to an attached client. */
  readonly logPer64KiB: number;
  /** A write to a terminal whose other end the host holds. */
  readonly terminalWrite: number;
  /** A packet's way through the loopback device. */
  readonly loopback: number;
  /** A packet's way from one end of a veth pair to the other. */
  readonly veth: number;
  /**
   * Preparing a container. It is a wait, not CPU time: a container that is started right behind another finds it done.
   */
  readonly containerSetup: number;
}

/** The costs of a world that names none. */
export const DEFAULT_COSTS: CostTable = {
  syscall: 1,
  clone: 50,
  execve: 200,
  per64KiB: 8,
  shellStep: 5,
  logLine: 1,
  logPer64KiB: 328,
  terminalWrite: 6,
  loopback: 10,
  veth: 5,
  containerSetup: 100_000,
};
