/** `docker login`, `docker logout` and `docker search`. Model: docker/cli cli/command/registry. */
import { atMost, command, exactly } from "../command.ts";
import { bool, filter, integer, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";

export const login = command({
  usage: "[OPTIONS] [SERVER]",
  summary: "Authenticate to a registry",
  description: "Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.",
  arity: atMost(1),
  flags: {
    password: text("Password or Personal Access Token (PAT)", { short: "p" }),
    "password-stdin": bool("Take the Password or Personal Access Token (PAT) from stdin"),
    username: text("Username", { short: "u" }),
  },
  read: ({ flags, operands: [server = ""], changed, warn }) => {
    const { password, username } = flags;
    const empty = (["username", "password"] as const).find((name) => changed.has(name) && flags[name] === "");
    if (empty !== undefined) throw new ValueError(`${empty} is empty`);
    const readsPassword = flags["password-stdin"];
    if (password !== "" && readsPassword) {
      throw new ValueError("conflicting options: cannot specify both --password and --password-stdin");
    }
    if (readsPassword && username === "") {
      throw new ValueError("the --password-stdin option requires --username to be set");
    }
    if (password !== "") warn("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
    return { command: "login", server, username, password, readsPassword };
  },
});

export const logout = command({
  usage: "[SERVER]",
  summary: "Log out from a registry",
  description: "Log out from a registry.\nIf no server is specified, the default is defined by the daemon.",
  arity: atMost(1),
  flags: {},
  read: ({ operands: [server = ""] }) => ({ command: "logout", server }),
});

const AUTOMATED_DEPRECATED =
  'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.';

export const search = command({
  usage: "[OPTIONS] TERM",
  summary: "Search Docker Hub for images",
  arity: exactly(1),
  flags: {
    filter: filter("Filter output based on conditions provided", { short: "f" }),
    format: text("Pretty-print search using a Go template"),
    limit: integer("Max number of search results"),
    "no-trunc": bool("Don't truncate output"),
  },
  read: ({ flags, operands: [term = ""], warn }) => {
    if ("is-automated" in flags.filter) warn(AUTOMATED_DEPRECATED);
    return {
      command: "search",
      term,
      limit: flags.limit,
      filters: flags.filter,
      format: flags.format,
      noTrunc: flags["no-trunc"],
    };
  },
});
