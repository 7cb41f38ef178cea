/**
 * The containers of a classic build: one for each step that copies nothing, which goes when its step is done.
 *
 * @see moby daemon/builder/dockerfile/containerbackend.go
 */
import type { Image } from "../../image/index.ts";
import { decode } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { CreateOptions } from "../container/create-options.ts";
import type { HostConfig } from "../docker/create-body.ts";
import type { Engine } from "../engine.ts";
import { shortId } from "../names.ts";
import { ClassicBuildError } from "./error.ts";
import type { Report } from "./report.ts";

/** What becomes of the containers that steps run in. */
export interface Removal {
  /** They are removed when their steps are done: `--rm`. */
  readonly usually: boolean;
  /** They are removed whatever has become of the steps: `--force-rm`. */
  readonly always: boolean;
}

/** What is written to standard error is shown in red. @see moby pkg/streamformatter StderrWriter */
const [RED, PLAIN] = ["\u001b[91m", "\u001b[0m"];

const NO_LOG: Partial<HostConfig> = { LogConfig: { Type: "none", Config: {} } };

export interface StepContainersParts {
  readonly engine: Engine;
  readonly report: Report;
  readonly removal: Removal;
  /** What all containers are given. */
  readonly settings: Partial<HostConfig>;
  readonly signal: AbortSignal | undefined;
}

export class StepContainers {
  readonly #parts: StepContainersParts;
  readonly #left: Container[] = [];

  constructor(parts: StepContainersParts) {
    this.#parts = parts;
  }

  /** A container of the image that a step begins with. @throws StatusError for what no container can be */
  create(image: Image | undefined, config: Omit<CreateOptions, "Image" | "HostConfig">): Container {
    const { engine, report, settings } = this.#parts;
    const base = image ?? emptyImage(engine);
    try {
      const container = engine.containers.create({ ...config, Image: base.id, HostConfig: { ...NO_LOG, ...settings } });
      this.#left.push(container);
      report.note(` ---> Running in ${shortId(container.id)}\n`);
      return container;
    } finally {
      if (image === undefined) engine.images.store.remove(base);
    }
  }

  /** Runs its command, and tells what that writes. @throws StatusError unless it starts; ClassicBuildError unless it ends well */
  async run(container: Container): Promise<void> {
    const { engine, report, signal } = this.#parts;
    const { containers } = engine;
    const stop = container.logs.follow(({ stream, bytes }) => {
      const text = decode(bytes);
      report.note(stream === "stderr" ? `${RED}${text}${PLAIN}` : text);
    });
    const end = (): void => void containers.remove(container, { force: true, volumes: true });
    containers.note(container, "attach");
    try {
      await containers.start(container);
      signal?.addEventListener("abort", end);
      if (signal?.aborted === true) end();
      const code = await containers.wait(container);
      if (signal?.aborted === true) throw new ClassicBuildError("context canceled");
      if (code === 0) return;
      const command = (container.config.Cmd ?? []).join(" ");
      throw new ClassicBuildError(`The command '${command}' returned a non-zero code: ${code}`, code);
    } finally {
      signal?.removeEventListener("abort", end);
      stop();
    }
  }

  async stepDone(): Promise<void> {
    const { usually, always } = this.#parts.removal;
    if (usually || always) await this.#removeAll();
    this.#left.length = 0;
  }

  async stepFailed(): Promise<void> {
    if (this.#parts.removal.always) await this.#removeAll();
  }

  async #removeAll(): Promise<void> {
    const { engine, report } = this.#parts;
    for (const container of this.#left.splice(0)) {
      await engine.containers.remove(container, { force: true, volumes: true });
      report.note(` ---> Removed intermediate container ${shortId(container.id)}\n`);
    }
  }
}

/** What a container is of that stands on nothing. */
function emptyImage({ images, kernel }: Engine): Image {
  const { architecture } = kernel.machine;
  const rootfs = { type: "layers" as const, diff_ids: [] };
  return images.store.add({ architecture, os: "linux", config: {}, rootfs, history: [] }, []);
}
