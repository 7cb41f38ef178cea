/** What \`docker compose\` says of itself. Texts are those of compose 2.40. */
import { expect, it } from "vitest";
import { createEngine } from "../../index.ts";

const HELP = `Usage:  docker compose [OPTIONS] COMMAND

Define and run multi-container applications with Docker

Options:
      --all-resources              Include all resources, even those not
                                   used by services
      --ansi string                Control when to print ANSI control
                                   characters ("never"|"always"|"auto")
                                   (default "auto")
      --compatibility              Run compose in backward compatibility mode
      --dry-run                    Execute command in dry run mode
      --env-file stringArray       Specify an alternate environment file
  -f, --file stringArray           Compose configuration files
      --parallel int               Control max parallelism, -1 for
                                   unlimited (default -1)
      --profile stringArray        Specify a profile to enable
      --progress string            Set type of progress output (auto,
                                   tty, plain, json, quiet)
      --project-directory string   Specify an alternate working directory
                                   (default: the path of the, first
                                   specified, Compose file)
  -p, --project-name string        Project name

Management Commands:
  bridge      Convert compose files into another model

Commands:
  attach      Attach local standard input, output, and error streams to a service's running container
  build       Build or rebuild services
  commit      Create a new image from a service container's changes
  config      Parse, resolve and render compose file in canonical format
  cp          Copy files/folders between a service container and the local filesystem
  create      Creates containers for a service
  down        Stop and remove containers, networks
  events      Receive real time events from containers
  exec        Execute a command in a running container
  export      Export a service container's filesystem as a tar archive
  images      List images used by the created containers
  kill        Force stop service containers
  logs        View output from containers
  ls          List running compose projects
  pause       Pause services
  port        Print the public port for a port binding
  ps          List containers
  publish     Publish compose application
  pull        Pull service images
  push        Push service images
  restart     Restart service containers
  rm          Removes stopped service containers
  run         Run a one-off command on a service
  scale       Scale services 
  start       Start services
  stats       Display a live stream of container(s) resource usage statistics
  stop        Stop services
  top         Display the running processes
  unpause     Unpause services
  up          Create and start containers
  version     Show the Docker Compose version information
  volumes     List volumes
  wait        Block until containers of all (or specified) services stop.
  watch       Watch build context for service and rebuild/refresh containers when files are updated

Run 'docker compose COMMAND --help' for more information on a command.
`;

const EXEC_HELP = `Usage:  docker compose exec [OPTIONS] SERVICE COMMAND [ARGS...]

Execute a command in a running container

Options:
  -d, --detach            Detached mode: Run command in the background
      --dry-run           Execute command in dry run mode
  -e, --env stringArray   Set environment variables
      --index int         Index of the container if service has multiple
                          replicas
  -T, --no-tty            Disable pseudo-TTY allocation. By default
                          'docker compose exec' allocates a TTY. (default
                          true)
      --privileged        Give extended privileges to the process
  -u, --user string       Run the command as this user
  -w, --workdir string    Path to workdir directory for this command
`;

const RM_HELP = `Usage:  docker compose rm [OPTIONS] [SERVICE...]

Removes stopped service containers

By default, anonymous volumes attached to containers will not be removed. You
can override this with -v. To list all volumes, use "docker volume ls".

Any data which is not in a volume will be lost.

Options:
      --dry-run   Execute command in dry run mode
  -f, --force     Don't ask to confirm removal
  -s, --stop      Stop the containers, if required, before removing
  -v, --volumes   Remove any anonymous volumes attached to containers
`;

it.each([
  ["--help", HELP],
  ["", HELP],
  ["exec --help", EXEC_HELP],
  ["exec -T --help", EXEC_HELP],
  ["rm --help", RM_HELP],
])("docker compose %s", async (line, stdout) => {
  expect(await createEngine({ seed: 1 }).docker(`compose ${line}`)).toEqual({ exitCode: 0, stdout, stderr: "" });
});

it.each(["none", "help"])("shows all commands for %s, which is none", async (name) => {
  const stderr = `unknown docker command: "compose ${name}"\n`;
  const answer = await createEngine({ seed: 1 }).docker(`compose ${name}`);
  expect(answer).toEqual({ exitCode: 1, stdout: HELP, stderr });
});

it.each([
  [
    "wait",
    `docker: 'docker compose wait' requires at least 1 argument

Usage:  docker compose wait SERVICE [SERVICE...] [OPTIONS]

See 'docker compose wait --help' for more information
`,
  ],
  [
    "cp one",
    `docker: 'docker compose cp' requires 2 arguments

Usage:  docker compose cp [OPTIONS] SERVICE:SRC_PATH DEST_PATH|-
	docker compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH

Run 'docker compose cp --help' for more information
`,
  ],
  ["exec web", "requires at least 2 arg(s), only received 1\n"],
  ["ls one two", 'unknown command "one" for "docker compose ls"\n'],
  ["version one", 'unknown command "one" for "docker compose version"\n'],
  ["ls --filter a=b", "invalid filter 'a'\n"],
  ["ls --filter x", 'invalid argument "x" for "--filter" flag: bad format of filter (expected name=value)\n'],
  ["commit", "accepts between 1 and 2 arg(s), received 0\n"],
])("refuses docker compose %s", async (line, stderr) => {
  expect(await createEngine({ seed: 1 }).docker(`compose ${line}`)).toEqual({ exitCode: 1, stdout: "", stderr });
});
