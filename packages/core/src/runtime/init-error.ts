/** Why a container's first process could not become the container's program, in runc's words. */
export class InitError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}
