/**
 * An exec that asks for nothing but a command, as health checks do again and again: what it begins with, and what of the
 * container that was made from.
 */
import type { ProcessSpec } from "../../oci/index.ts";
import type { Container } from "./container.ts";

export class PlainExec {
  readonly spec: ProcessSpec;
  readonly #user: Container["user"];
  readonly #hostConfig: Container["hostConfig"];
  readonly #hostname: string;

  constructor({ user, hostConfig, hostname }: Container, spec: ProcessSpec) {
    this.spec = spec;
    this.#user = user;
    this.#hostConfig = hostConfig;
    this.#hostname = hostname;
  }

  /** The same would be made of the container now. */
  holds({ user, hostConfig, hostname }: Container): boolean {
    return this.#user === user && this.#hostConfig === hostConfig && this.#hostname === hostname;
  }
}
