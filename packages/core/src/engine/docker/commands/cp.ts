/** `docker cp` and `docker commit`. Model: docker/cli container/cp.go, container/commit.go; docker/client. */
import { between, command, exactly } from "../command.ts";
import { bool, list, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { parseReference, repositoryName, withDefaultTag } from "../reference.ts";
import { cut } from "../values/pairs.ts";
import { objectName } from "./shared.ts";

export const cp = command({
  usage: "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
  summary: "Copy files/folders between a container and the local filesystem",
  description: `Copy files/folders between a container and the local filesystem

Use '-' as the source to read a tar archive from stdin
and extract it to a directory destination in a container.
Use '-' as the destination to stream a tar archive of a
container source to stdout.`,
  aliases: "docker container cp, docker cp",
  arity: exactly(2),
  flags: {
    archive: bool("Archive mode (copy all uid/gid information)", { short: "a" }),
    "follow-link": bool("Always follow symbol link in SRC_PATH", { short: "L" }),
    quiet: bool(
      "Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached",
      { short: "q" },
    ),
  },
  read: ({ flags, operands: [source = "", destination = ""], changed, client }) => {
    if (source === "") throw new ValueError("source can not be empty");
    if (destination === "") throw new ValueError("destination can not be empty");
    const from = splitPath(source);
    const to = splitPath(destination);
    if (from.container !== "" && to.container !== "")
      throw new ValueError("copying between containers is not supported");
    if (from.container === "" && to.container === "")
      throw new ValueError("must specify at least one container source");
    const inside = from.container === "" ? to : from;
    return {
      command: "cp",
      direction: from.container === "" ? "to-container" : "from-container",
      container: inside.container,
      containerPath: inside.path,
      localPath: from.container === "" ? from.path : to.path,
      archive: flags.archive,
      followLink: flags["follow-link"],
      quiet: changed.has("quiet") ? flags.quiet : !client.terminal.stdout,
    };
  },
});

/** `CONTAINER:PATH`; a local path with a colon must begin with `/` or `.`. */
function splitPath(text: string): { readonly container: string; readonly path: string } {
  const [container, path] = cut(text, ":");
  if (text.startsWith("/") || path === undefined || container.startsWith(".")) return { container: "", path: text };
  return { container, path };
}

export const commit = command({
  usage: "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
  summary: "Create a new image from a container's changes",
  aliases: "docker container commit, docker commit",
  arity: between(1, 2),
  interspersed: false,
  flags: {
    author: text('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: "a" }),
    change: list("Apply Dockerfile instruction to the created image", { short: "c" }),
    message: text("Commit message", { short: "m" }),
    pause: bool("Pause container during commit", { short: "p", initial: true }),
  },
  read: ({ flags, operands: [name = "", target = ""] }) => {
    const container = objectName("container", name);
    const reference = target === "" ? undefined : withDefaultTag(parseReference(target));
    if (reference?.digest !== undefined) throw new ValueError("refusing to create a tag with a digest reference");
    return {
      command: "commit",
      container,
      repository: reference === undefined ? "" : repositoryName(reference),
      tag: reference?.tag ?? "",
      author: flags.author,
      message: flags.message,
      changes: flags.change,
      pause: flags.pause,
    };
  },
});
