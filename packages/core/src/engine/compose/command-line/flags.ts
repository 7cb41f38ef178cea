/** The options of `docker compose` and its commands. Source: `docker compose COMMAND --help` of 2.40. */
import { FORMAT_HELP } from "../../docker/commands/shared.ts";
import { bool, bytes, filter, integer, list, listOf, text, texts } from "../../docker/flags/flag.ts";

/** Before the command, or among its options. */
export const DRY_RUN = { "dry-run": bool("Execute command in dry run mode") };

/** Before the command: `docker compose -f x.yaml up`. */
export const PROJECT_FLAGS = {
  "all-resources": bool("Include all resources, even those not used by services"),
  ansi: text('Control when to print ANSI control characters ("never"|"always"|"auto")', { initial: "auto" }),
  compatibility: bool("Run compose in backward compatibility mode"),
  ...DRY_RUN,
  "env-file": texts("Specify an alternate environment file"),
  file: texts("Compose configuration files", { short: "f" }),
  parallel: integer("Control max parallelism, -1 for unlimited", { initial: -1 }),
  profile: texts("Specify a profile to enable"),
  progress: text("Set type of progress output (auto, tty, plain, json, quiet)"),
  "project-directory": text(
    "Specify an alternate working directory\n(default: the path of the, first specified, Compose file)",
  ),
  "project-name": text("Project name", { short: "p" }),
  version: bool("Show the Docker Compose version information", { short: "v", hidden: true }),
  help: bool("Print usage", { short: "h", hidden: true }),
};

const TIMEOUT = { timeout: integer("Specify a shutdown timeout in seconds", { short: "t" }) };
const ORPHANS = { "remove-orphans": bool("Remove containers for services not defined in the Compose file") };

export const CREATE_FLAGS = {
  ...ORPHANS,
  build: bool("Build images before starting containers"),
  "no-build": bool("Don't build an image, even if it's policy"),
  pull: text('Pull image before running ("always"|"missing"|"never"|"build")', { initial: "policy" }),
  scale: listOf("Scale SERVICE to NUM instances. Overrides the scale setting in the Compose file if present.", {
    type: "scale",
    entry: (given) => given,
  }),
  "force-recreate": bool("Recreate containers even if their configuration and image haven't changed"),
  "no-recreate": bool("If containers already exist, don't recreate them. Incompatible with --force-recreate."),
  "quiet-pull": bool("Pull without printing progress information"),
  yes: bool('Assume "yes" as answer to all prompts and run non-interactively', { short: "y" }),
};

export const UP_FLAGS = {
  ...CREATE_FLAGS,
  pull: text('Pull image before running ("always"|"missing"|"never")', { initial: "policy" }),
  timeout: integer(
    "Use this timeout in seconds for container shutdown when attached or when containers are already running",
    { short: "t" },
  ),
  detach: bool("Detached mode: Run containers in the background", { short: "d" }),
  "no-color": bool("Produce monochrome output"),
  "no-log-prefix": bool("Don't print prefix in logs"),
  "no-start": bool("Don't start the services after creating them"),
  "abort-on-container-exit": bool("Stops all containers if any container was stopped. Incompatible with -d"),
  "abort-on-container-failure": bool("Stops all containers if any container exited with failure. Incompatible with -d"),
  "exit-code-from": text("Return the exit code of the selected service container. Implies --abort-on-container-exit"),
  timestamps: bool("Show timestamps"),
  "no-deps": bool("Don't start linked services"),
  "always-recreate-deps": bool("Recreate dependent containers. Incompatible with --no-recreate."),
  "renew-anon-volumes": bool("Recreate anonymous volumes instead of retrieving data from the previous containers", {
    short: "V",
  }),
  "quiet-build": bool("Suppress the build output"),
  menu: bool(
    "Enable interactive shortcuts when running attached. Incompatible with --detach. Can also be enable/disable by setting COMPOSE_MENU environment var.",
  ),
  watch: bool("Watch source code and rebuild/refresh containers when files are updated.", { short: "w" }),
  attach: texts("Restrict attaching to the specified services. Incompatible with --attach-dependencies."),
  "no-attach": texts("Do not attach (stream logs) to the specified services"),
  "attach-dependencies": bool("Automatically attach to log output of dependent services"),
  wait: bool("Wait for services to be running|healthy. Implies detached mode."),
  "wait-timeout": integer("Maximum duration in seconds to wait for the project to be running|healthy"),
};

export const DOWN_FLAGS = {
  ...ORPHANS,
  ...TIMEOUT,
  volumes: bool(
    'Remove named volumes declared in the "volumes" section of the Compose file and anonymous volumes attached to containers',
    { short: "v" },
  ),
  rmi: text('Remove images used by services. "local" remove only images that don\'t have a custom tag ("local"|"all")'),
};

export const PS_FLAGS = {
  all: bool("Show all stopped containers (including those created by the run command)", { short: "a" }),
  filter: text("Filter services by a property (supported filters: status)"),
  format: text(FORMAT_HELP, { initial: "table" }),
  "no-trunc": bool("Don't truncate output"),
  orphans: bool("Include orphaned services (not declared by project)", { initial: true }),
  quiet: bool("Only display IDs", { short: "q" }),
  services: bool("Display services"),
  status: texts(
    "Filter services by status. Values: [paused | restarting | removing | running | dead | created | exited]",
  ),
};

export const LOGS_FLAGS = {
  follow: bool("Follow log output", { short: "f" }),
  index: integer("index of the container if service has multiple replicas"),
  since: text("Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)"),
  until: text("Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)"),
  "no-color": bool("Produce monochrome output"),
  "no-log-prefix": bool("Don't print prefix in logs"),
  timestamps: bool("Show timestamps", { short: "t" }),
  tail: text("Number of lines to show from the end of the logs for each container", { short: "n", initial: "all" }),
};

/** Help says what would be so here: its output is no terminal. */
const withoutTerminal = (usage: string) => ({ ...bool(usage, { short: "T" }), shown: "true" });

export const EXEC_FLAGS = {
  detach: bool("Detached mode: Run command in the background", { short: "d" }),
  env: texts("Set environment variables", { short: "e" }),
  index: integer("Index of the container if service has multiple replicas"),
  privileged: bool("Give extended privileges to the process"),
  user: text("Run the command as this user", { short: "u" }),
  "no-tty": withoutTerminal("Disable pseudo-TTY allocation. By default 'docker compose exec' allocates a TTY."),
  "no-TTY": bool("", { hidden: true, sets: "no-tty" }),
  workdir: text("Path to workdir directory for this command", { short: "w" }),
  interactive: bool("Keep STDIN open even if not attached", { short: "i", initial: true, hidden: true }),
  tty: bool("Allocate a pseudo-TTY", { short: "t", initial: true, hidden: true }),
};

export const RUN_FLAGS = {
  ...ORPHANS,
  detach: bool("Run container in background and print container ID", { short: "d" }),
  env: texts("Set environment variables", { short: "e" }),
  "env-from-file": texts("Set environment variables from file"),
  "cap-add": list("Add Linux capabilities"),
  "cap-drop": list("Drop Linux capabilities"),
  publish: texts("Publish a container's port(s) to the host", { short: "p" }),
  volume: texts("Bind mount a volume", { short: "v" }),
  "quiet-build": bool("Suppress progress output from the build process"),
  label: texts("Add or override a label", { short: "l" }),
  rm: bool("Automatically remove the container when it exits"),
  "no-TTY": withoutTerminal("Disable pseudo-TTY allocation (default: auto-detected)"),
  "no-tty": bool("", { hidden: true, sets: "no-TTY" }),
  name: text("Assign a name to the container"),
  user: text("Run as specified username or uid", { short: "u" }),
  workdir: text("Working directory inside the container", { short: "w" }),
  entrypoint: text("Override the entrypoint of the image"),
  "no-deps": bool("Don't start linked services"),
  "use-aliases": bool("Use the service's network useAliases in the network(s) the container connects to"),
  "service-ports": bool("Run command with all service's ports enabled and mapped to the host", { short: "P" }),
  pull: text('Pull image before running ("always"|"missing"|"never")', { initial: "policy" }),
  quiet: bool("Don't print anything to STDOUT", { short: "q" }),
  "quiet-pull": bool("Pull without printing progress information"),
  build: bool("Build image before starting container"),
  interactive: bool("Keep STDIN open even if not attached", { short: "i", initial: true }),
};

export const CONFIG_FLAGS = {
  format: text("Format the output. Values: [yaml | json]"),
  quiet: bool("Only validate the configuration, don't print anything", { short: "q" }),
  "no-interpolate": bool("Don't interpolate environment variables"),
  services: bool("Print the service names, one per line."),
  volumes: bool("Print the volume names, one per line."),
  networks: bool("Print the network names, one per line."),
  profiles: bool("Print the profile names, one per line."),
  images: bool("Print the image names, one per line."),
  hash: text("Print the service config hash, one per line."),
  environment: bool("Print environment used for interpolation."),
  models: bool("Print the model names, one per line."),
  "no-consistency": bool("Don't check model consistency - warning: may produce invalid Compose output"),
  "no-env-resolution": bool("Don't resolve service env files"),
  "no-normalize": bool("Don't normalize compose model"),
  "no-path-resolution": bool("Don't resolve file paths"),
  "lock-image-digests": bool("Produces an override file with image digests"),
  "resolve-image-digests": bool("Pin image tags to digests"),
  variables: bool("Print model variables and default values."),
  output: text("Save to file (default to stdout)", { short: "o" }),
};

export const STOP_FLAGS = TIMEOUT;
export const RESTART_FLAGS = { ...TIMEOUT, "no-deps": bool("Don't restart dependent services") };
export const KILL_FLAGS = {
  ...ORPHANS,
  signal: text("SIGNAL to send to the container", { short: "s", initial: "SIGKILL" }),
};
export const RM_FLAGS = {
  force: bool("Don't ask to confirm removal", { short: "f" }),
  stop: bool("Stop the containers, if required, before removing", { short: "s" }),
  volumes: bool("Remove any anonymous volumes attached to containers", { short: "v" }),
  all: bool("Deprecated - no effect", { short: "a", hidden: true }),
};
export const PORT_FLAGS = {
  protocol: text("tcp or udp", { initial: "tcp" }),
  index: integer("Index of the container if service has multiple replicas"),
};
export const SCALE_FLAGS = { "no-deps": bool("Don't start linked services") };
export const BUILD_FLAGS = {
  "build-arg": texts("Set build-time variables for services"),
  builder: text("Set builder to use"),
  check: bool("Check build configuration"),
  compress: bool("Compress the build context using gzip. DEPRECATED", { hidden: true }),
  "force-rm": bool("Always remove intermediate containers. DEPRECATED", { hidden: true }),
  memory: bytes("Set memory limit for the build container. Not supported by BuildKit.", { short: "m" }),
  "no-cache": bool("Do not use cache when building the image"),
  "no-rm": bool("Do not remove intermediate containers after a successful build. DEPRECATED", { hidden: true }),
  parallel: bool("Build images in parallel. DEPRECATED", { hidden: true }),
  print: bool("Print equivalent bake file"),
  progress: text("Set type of ui output", { hidden: true }),
  provenance: text("Add a provenance attestation"),
  pull: bool("Always attempt to pull a newer version of the image"),
  push: bool("Push service images"),
  quiet: bool("Suppress the build output", { short: "q" }),
  sbom: text("Add a SBOM attestation"),
  ssh: text(
    "Set SSH authentications used when building service images. (use 'default' for using your default SSH Agent)",
  ),
  "with-dependencies": bool("Also build dependencies (transitively)"),
};
export const PULL_FLAGS = {
  quiet: bool("Pull without printing progress information", { short: "q" }),
  "ignore-pull-failures": bool("Pull what it can and ignores images with pull failures"),
  "ignore-buildable": bool("Ignore images that can be built"),
  "include-deps": bool("Also pull services declared as dependencies"),
  policy: text('Apply pull policy ("missing"|"always")'),
};
export const LIST_FLAGS = {
  filter: filter("Filter output based on conditions provided"),
  all: bool("Show all stopped Compose projects", { short: "a" }),
  format: text("Format the output. Values: [table | json]", { initial: "table" }),
  quiet: bool("Only display project names", { short: "q" }),
};
export const VERSION_FLAGS = {
  format: text("Format the output. Values: [pretty | json]. (Default: pretty)", { short: "f" }),
  short: bool("Shows only Compose's version number"),
};
export const PUBLISH_FLAGS = {
  app: bool("Published compose application (includes referenced images)"),
  "oci-version": text("OCI image/artifact specification version (automatically determined by default)"),
  "resolve-image-digests": bool("Pin image tags to digests"),
  "with-env": bool("Include environment variables in the published OCI artifact"),
  yes: bool('Assume "yes" as answer to all prompts', { short: "y" }),
};
export const WATCH_FLAGS = {
  "no-up": bool("Do not build & start services before watching"),
  prune: bool("Prune dangling images on rebuild", { initial: true }),
  quiet: bool("hide build output"),
};
const INDEX = { index: integer("index of the container if service has multiple replicas.") };

export const CP_FLAGS = {
  index: integer("Index of the container if service has multiple replicas"),
  all: bool("Include containers created by the run command"),
  archive: bool("Archive mode (copy all uid/gid information)", { short: "a" }),
  "follow-link": bool("Always follow symbol link in SRC_PATH", { short: "L" }),
};
export const IMAGES_FLAGS = {
  format: text("Format the output. Values: [table | json]", { initial: "table" }),
  quiet: bool("Only display IDs", { short: "q" }),
};
export const COMMIT_FLAGS = {
  ...INDEX,
  author: text('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: "a" }),
  change: list("Apply Dockerfile instruction to the created image", { short: "c" }),
  message: text("Commit message", { short: "m" }),
  pause: bool("Pause container during commit", { short: "p", initial: true }),
};
export const EXPORT_FLAGS = { ...INDEX, output: text("Write to a file, instead of STDOUT", { short: "o" }) };
export const PUSH_FLAGS = {
  "ignore-push-failures": bool("Push what it can and ignores images with push failures"),
  "include-deps": bool("Also push images of services declared as dependencies"),
  quiet: bool("Push without printing progress information", { short: "q" }),
};
export const EVENTS_FLAGS = {
  json: bool("Output events as a stream of json objects"),
  since: text("Show all events created since timestamp"),
  until: text("Stream events until this timestamp"),
};
export const WAIT_FLAGS = { "down-project": bool("Drops project when the first container stops") };
export const STATS_FLAGS = {
  all: bool("Show all containers (default shows just running)", { short: "a" }),
  format: text(FORMAT_HELP.replace("/go/formatting/", "/engine/cli/formatting/")),
  "no-stream": bool("Disable streaming stats and only pull the first result"),
  "no-trunc": bool("Do not truncate output"),
};
export const ATTACH_FLAGS = {
  ...INDEX,
  "detach-keys": text("Override the key sequence for detaching from a container."),
  "no-stdin": bool("Do not attach STDIN"),
  "sig-proxy": bool("Proxy all received signals to the process", { initial: true }),
};
export const VOLUMES_FLAGS = {
  format: text(FORMAT_HELP, { initial: "table" }),
  quiet: bool("Only display volume names", { short: "q" }),
};
export const NO_FLAGS = {};
