/** A simulated machine in a page: its engine, the Engine API, and a terminal at which somebody sits. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { MachineShell } from "@bottleship/core/shell";
import { createModem, type EngineModem } from "@bottleship/dockerode";
import { type ApiFetch, createFetch, EngineApi } from "@bottleship/engine-api";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { BROWSER_HOST } from "./browser-host.ts";

export interface PageMachine {
  readonly engine: Engine;
  /** The Engine API: `await api("/containers/json")`. */
  readonly api: ApiFetch;
  /** What dockerode takes as its `modem`. */
  readonly modem: EngineModem;
  readonly terminal: Terminal;
  /** Runs until the page is closed: a shell that ends is followed by another one. */
  readonly shells: Promise<never>;
}

/** Puts a terminal into the element, and a machine behind it. */
export function startMachine(element: HTMLElement): PageMachine {
  const engine = createEngine({ policy: "real", host: BROWSER_HOST });
  const terminal = new Terminal({ cursorBlink: true, fontSize: 14, theme: { background: "#14171c" } });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  fit.fit();
  new ResizeObserver(() => fit.fit()).observe(element);
  terminal.writeln("A simulated machine with a Docker engine, in this page alone. Type 'help' for things to try.");
  return {
    engine,
    api: createFetch(new EngineApi(engine)),
    modem: createModem(engine),
    terminal,
    shells: serveShells(engine, terminal),
  };
}

async function serveShells(engine: Engine, terminal: Terminal): Promise<never> {
  for (;;) {
    const shell = new MachineShell(engine, {
      terminal: { rows: terminal.rows, columns: terminal.cols },
      onOutput: (_, bytes) => terminal.write(bytes),
    });
    const typing = terminal.onData((keys) => shell.write(keys));
    const resizing = terminal.onResize(({ rows, cols }) => shell.resize({ rows, columns: cols }));
    const exitCode = await shell.ended;
    typing.dispose();
    resizing.dispose();
    terminal.writeln(`[the shell has ended with ${exitCode}; here is another one]`);
  }
}
