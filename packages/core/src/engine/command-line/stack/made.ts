/** Making a thing of a stack: what went wrong is told with what was being made. */
import { StatusError } from "../../../lib/index.ts";
import { failure } from "../../docker/problem.ts";
import { told } from "../refusal.ts";

/** @throws CliError with what was being made */
export async function made<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StatusError) throw failure(`${what}: ${told(error)}`);
    throw error;
  }
}
