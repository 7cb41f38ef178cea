/** How the shell leaves what it is doing: thrown, and caught where ash would catch it. */

/**
 * `error`: a shell error, which ends a shell that is not interactive; its message has been printed. `exit`: the `exit`
 * built-in. `end`: the last command has been done. `interrupt`: SIGINT. The status is in `Shell.status`.
 */
export type LeaveReason = "error" | "exit" | "end" | "interrupt";

export class Leave {
  readonly reason: LeaveReason;

  constructor(reason: LeaveReason) {
    this.reason = reason;
  }
}

/** A message for the user that ends in `Leave("error")`: thrown where there is no way to print. */
export class ShellError {
  readonly message: string;
  readonly status: number;

  constructor(message: string, status = 2) {
    this.message = message;
    this.status = status;
  }
}
