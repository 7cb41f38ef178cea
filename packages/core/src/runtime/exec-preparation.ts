/** What processes that are started again and again in a container have in common: the calls that they make before their program. */
import { type Env, Environment } from "../abi/index.ts";
import { type Kernel, RepeatedCalls } from "../kernel/index.ts";
import type { ProcessSpec } from "../oci/index.ts";

export class ExecPreparation extends RepeatedCalls {
  readonly process: ProcessSpec;
  readonly env: Env;

  constructor(kernel: Kernel, process: ProcessSpec, before: ExecPreparation | undefined) {
    super(kernel);
    this.process = process;
    this.env = before?.process.env === process.env ? before.env : new Environment(process.env);
  }
}
