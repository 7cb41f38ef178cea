/** A registry wants to know who one is, and nobody can tell it. The build fails with the reason alone. */
import { StatusError } from "../../lib/index.ts";

export class AuthorizationError extends StatusError {
  /** As the step shows it that has asked. */
  get shown(): string {
    return `failed to authorize: ${this.message}`;
  }
}
