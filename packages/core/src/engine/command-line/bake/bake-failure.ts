/** The end of a bake because a target could not be built: what is printed of it. */
export class BakeFailure extends Error {
  override readonly name = "BakeFailure";
  readonly shown: string;

  constructor(shown: string) {
    super(shown);
    this.shown = shown;
  }
}
