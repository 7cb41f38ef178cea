/** `docker exec`. Model: docker/cli container/exec.go. */
import { atLeast, command } from "../command.ts";
import { bool, list, text } from "../flags/flag.ts";
import { environmentEntry, fromClient, readPairs } from "../values/pairs.ts";
import { DETACH_KEYS_HELP, objectName } from "./shared.ts";

export const exec = command({
  usage: "[OPTIONS] CONTAINER COMMAND [ARG...]",
  summary: "Execute a command in a running container",
  aliases: "docker container exec, docker exec",
  arity: atLeast(2),
  interspersed: false,
  flags: {
    detach: bool("Detached mode: run command in the background", { short: "d" }),
    "detach-keys": text(DETACH_KEYS_HELP),
    env: list("Set environment variables", { short: "e", entry: environmentEntry }),
    "env-file": list("Read in a file of environment variables"),
    interactive: bool("Keep STDIN open even if not attached", { short: "i" }),
    privileged: bool("Give extended privileges to the command"),
    tty: bool("Allocate a pseudo-TTY", { short: "t" }),
    user: text('Username or UID (format: "<name|uid>[:<group|gid>]")', { short: "u" }),
    workdir: text("Working directory inside the container", { short: "w" }),
  },
  read: ({ flags, operands: [container = "", ...words], client }) => {
    const environment = [
      ...flags["env-file"].flatMap((file) => readPairs(file, client, true)),
      ...flags.env.map((entry) => fromClient(entry, client)),
    ];
    return {
      command: "exec",
      container: objectName("container", container),
      body: {
        User: flags.user,
        Privileged: flags.privileged,
        Tty: flags.tty,
        AttachStdin: !flags.detach && flags.interactive,
        AttachStderr: !flags.detach,
        AttachStdout: !flags.detach,
        Detach: flags.detach,
        DetachKeys: flags["detach-keys"],
        Env: environment.length === 0 ? null : environment,
        WorkingDir: flags.workdir,
        Cmd: words,
      },
    };
  },
});
