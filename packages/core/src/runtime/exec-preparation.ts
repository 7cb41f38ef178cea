/** What processes that are started again and again in a container have in common, before their program. */
import { type Env, Environment } from "../abi/index.ts";
import { type Kernel, RepeatedCalls } from "../kernel/index.ts";
import type { ProcessSpec } from "../oci/index.ts";

export class ExecPreparation {
  readonly process: ProcessSpec;
  readonly env: Env;
  /** What they do until they are their program. */
  readonly calls: RepeatedCalls;

  constructor(kernel: Kernel, process: ProcessSpec, before: ExecPreparation | undefined) {
    this.process = process;
    this.env = before?.process.env === process.env ? before.env : new Environment(process.env);
    this.calls = new RepeatedCalls(kernel);
  }
}
