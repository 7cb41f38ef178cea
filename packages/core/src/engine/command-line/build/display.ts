/** How `docker build` shows what a build does: the modes of `--progress`. @see docker/buildx util/progress */
import {
  type BuildEvent,
  type BuildListener,
  type LintWarning,
  PlainProgress,
  printWarnings,
  RawJsonProgress,
} from "../../../build/index.ts";
import type { Session } from "../session.ts";
import { type DockerBuild, OptionError } from "./option.ts";

/** Prints what a build does; `end` prints what is left when it has ended, and where people read along all warnings again. */
export interface Display {
  readonly listener: BuildListener;
  /** Shows a step that the client itself does. */
  tell(step: string, timeUs: number): void;
  end(): void;
}

const MODES = new Set(["", "auto", "plain", "tty", "quiet", "none", "rawjson"]);

/** How much is to be shown. */
type Asked = Pick<DockerBuild, "progress" | "quiet"> & { readonly hasBuilder?: boolean };

function modeOf(request: Asked): string {
  const { progress: mode } = request;
  if (!request.quiet) {
    if (!MODES.has(mode)) throw new OptionError(`invalid progress mode ${mode}`);
    return mode === "" ? "auto" : mode;
  }
  if (mode !== "auto" && mode !== "" && mode !== "quiet" && mode !== "none")
    throw new OptionError(`progress=${mode} and quiet cannot be used together`);
  return "quiet";
}

export function displayOf(session: Session, request: Asked): Display {
  const mode = modeOf(request);
  const show = (text: string): void => {
    if (text !== "") session.err(text);
  };
  if (mode === "quiet" || mode === "none") return { listener: () => {}, tell: () => {}, end: () => {} };
  if (mode === "rawjson") {
    const lines = new RawJsonProgress();
    return { ...telling((event) => show(lines.print(event))), end: () => {} };
  }
  const plain = new PlainProgress({ hasBuilder: request.hasBuilder ?? true });
  const warnings: LintWarning[] = [];
  const print = (event: BuildEvent): void => {
    if (event.kind === "warning") warnings.push(event.warning);
    show(plain.print(event));
  };
  return { ...telling(print), end: () => show(plain.end() + printWarnings(warnings.splice(0))) };
}

/** Steps of the client are numbered after those of the build. */
function telling(print: BuildListener): Pick<Display, "listener" | "tell"> {
  let last = 0;
  return {
    listener: (event) => {
      last = Math.max(last, event.vertex);
      print(event);
    },
    tell: (name, timeUs) => {
      const vertex = last + 1;
      print({ kind: "started", vertex, name, timeUs });
      print({ kind: "completed", vertex, cached: false, timeUs });
    },
  };
}
