/** One call as text: what stands before `=`, and what after it. */
import { Errno, type SyscallName, type Syscalls } from "../../abi/index.ts";

export class Rendering {
  readonly call: string;
  result: string | undefined;

  constructor(call: string) {
    this.call = call;
  }

  /** What stands after `=` if the call succeeds; without it, a number as it is and 0 for everything else. */
  gives<R>(answer: R | Errno, show: (answer: R) => string | number): this {
    if (!(answer instanceof Errno)) this.result = String(show(answer));
    return this;
  }
}

export const call = (name: string, ...args: readonly (string | number)[]): Rendering =>
  new Rendering(`${name}(${args.join(", ")})`);

export type Renderings = {
  readonly [K in SyscallName]: (args: Parameters<Syscalls[K]>, answer: ReturnType<Syscalls[K]> | Errno) => Rendering;
};
