/**
 * Servers of Python applications: `gunicorn app:app`, `flask run`, `uvicorn main:app`. They find the module of the
 * application and run what is registered for its file, telling it address and port by HOST and PORT.
 */
import type { Env, Routine } from "../../abi/index.ts";
import { ownValue } from "../../lib/index.ts";
import type { Io } from "../../userland/index.ts";
import { exists } from "../files.ts";
import type { ScriptTable } from "../scripts.ts";
import { nothingRegistered } from "./nothing-registered.ts";

interface Application {
  /** "app" of "app:create_app()" */
  readonly module: string;
  readonly host: string;
  readonly port: number;
  /** What is printed before it runs. */
  readonly greeting: string;
}

/** `undefined` if the module is no server. */
export function* runApplication(io: Io, module: string, scripts: ScriptTable): Routine<number | undefined> {
  const read = ownValue(SERVERS, module);
  if (read === undefined) return undefined;
  const application = read(io.argv.slice(1), io.env);
  if (application === undefined) return undefined;
  const file = `${application.module.replaceAll(".", "/")}.py`;
  if (!(yield* exists(file)) && !(yield* exists(file.replace(/\.py$/, "/__init__.py")))) {
    yield* io.err.write(`ModuleNotFoundError: No module named '${application.module}'\n`);
    return module === "gunicorn" ? 3 : 1;
  }
  const program = scripts.find(file);
  if (program === undefined) return yield* nothingRegistered(io, file);
  yield* io.err.write(application.greeting);
  const env = new Map(io.env).set("HOST", application.host).set("PORT", String(application.port));
  return yield* program([file], env);
}

type Reader = (words: readonly string[], env: Env) => Application | undefined;

const SERVERS: Readonly<Record<string, Reader>> = {
  gunicorn: (words) => {
    const { options, operands } = split(
      words,
      /^(-b|--bind|-w|--workers|-k|--worker-class|-c|--config|-t|--timeout|--threads|--chdir|--access-logfile|--error-logfile|--log-level|-n|--name)$/,
    );
    const [host = "127.0.0.1", port = "8000"] = (options.get("-b") ?? options.get("--bind") ?? "127.0.0.1:8000").split(
      ":",
    );
    const module = operands[0]?.split(":")[0];
    if (module === undefined) return undefined;
    const shown = host === "" ? "0.0.0.0" : host;
    const greeting = `[INFO] Starting gunicorn\n[INFO] Listening at: http://${shown}:${port}\n`;
    return { module, host: shown, port: Number(port), greeting };
  },
  uvicorn: (words) => {
    const { options, operands } = split(words, /^(--host|--port|--workers|--log-level|--loop|--app-dir|--env-file)$/);
    const host = options.get("--host") ?? "127.0.0.1";
    const port = Number(options.get("--port") ?? 8000);
    const module = operands[0]?.split(":")[0];
    const greeting = `INFO:     Uvicorn running on http://${host}:${port} (Press CTRL+C to quit)\n`;
    return module === undefined ? undefined : { module, host, port, greeting };
  },
  flask: (words, env) => {
    const { options, operands } = split(words, /^(--host|-h|--port|-p|--app|-A|--cert|--key)$/);
    if (operands[0] !== "run") return undefined;
    const chosen = options.get("--app") ?? options.get("-A") ?? env.get("FLASK_APP") ?? "app";
    const module = (chosen.split(":")[0] ?? "app").replace(/\.py$/, "");
    const host = options.get("--host") ?? options.get("-h") ?? env.get("FLASK_RUN_HOST") ?? "127.0.0.1";
    const port = Number(options.get("--port") ?? options.get("-p") ?? env.get("FLASK_RUN_PORT") ?? 5000);
    const greeting = ` * Serving Flask app '${chosen}'\n * Debug mode: off\n * Running on http://${host}:${port}\nPress CTRL+C to quit\n`;
    return { module, host, port, greeting };
  },
};

/** Options with their values, and the words that are none; an option outside of `withValue` stands alone. */
function split(words: readonly string[], withValue: RegExp) {
  const options = new Map<string, string>();
  const operands: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = "", ...value] = word.split("=");
    if (!word.startsWith("-")) operands.push(word);
    else if (value.length > 0) options.set(name, value.join("="));
    else if (withValue.test(word)) options.set(word, rest.shift() ?? "");
    else options.set(word, "");
  }
  return { options, operands };
}
