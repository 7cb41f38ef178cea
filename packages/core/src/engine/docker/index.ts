/**
 * Docker's command line without an engine: from the words after `docker` to a plain request, or to what the client
 * answers by itself.
 *
 * Everything here is a function of the words and of the client's machine. Model: docker/cli 28.2.2.
 */
export { BARE_CLIENT, type ClientMachine, type ClientPlugin } from "./client.ts";
export { NO_TTY, runFailure } from "./commands/create.ts";
export { objectName, TEMPLATE_EXIT_CODE } from "./commands/shared.ts";
export type * from "./create-body.ts";
export {
  compileTemplate,
  GoValue,
  type ParsedTemplate,
  renderInspected,
  renderList,
  renderTemplate,
  TemplateFailure,
} from "./format.ts";
export { INSPECTED_CONTAINER } from "./inspected/container.ts";
export { EVENT_MESSAGE } from "./inspected/event.ts";
export { INSPECTED_IMAGE } from "./inspected/image.ts";
export { INSPECTED_NETWORK, INSPECTED_VOLUME } from "./inspected/network.ts";
export { type Inspected, type InspectOutput, inspectOutput } from "./inspected/output.ts";
export { INFO, VERSION } from "./inspected/system.ts";
export { renderContainers } from "./lists/containers.ts";
export { renderDiskUsage } from "./lists/disk-usage.ts";
export { ambiguousHint, renderHistory, renderImages } from "./lists/images.ts";
export { renderNetworks, renderVolumes } from "./lists/networks.ts";
export { renderStats } from "./lists/stats.ts";
export { parseDocker } from "./parse.ts";
export { ValueError } from "./problem.ts";
export * from "./reference.ts";
export type { DockerRequest, DockerUsageError, GlobalOptions, RequestOf } from "./request.ts";
export { alignColumns } from "./table.ts";
export type { Filters } from "./values/filter.ts";
export { localDnsWarning } from "./values/hosts.ts";
export { humanDuration, humanSize } from "./values/human.ts";
export { parseTimestamp } from "./values/timestamp.ts";
export { splitWords } from "./words.ts";
