/** The labels by which compose knows its own things again. Model: docker/compose pkg/api/labels.go. */
import type { Project } from "../../compose/index.ts";
import type { Container } from "../container/container.ts";

export const PROJECT = "com.docker.compose.project";
export const SERVICE = "com.docker.compose.service";
export const NUMBER = "com.docker.compose.container-number";
export const ONE_OFF = "com.docker.compose.oneoff";
export const CONFIG_HASH = "com.docker.compose.config-hash";
export const DEPENDS_ON = "com.docker.compose.depends_on";
export const IMAGE = "com.docker.compose.image";
export const NETWORK = "com.docker.compose.network";
export const VOLUME = "com.docker.compose.volume";
export const REPLACE = "com.docker.compose.replace";
export const SLUG = "com.docker.compose.slug";
const VERSION = "com.docker.compose.version";
const DIRECTORY = "com.docker.compose.project.working_dir";
const FILES = "com.docker.compose.project.config_files";
const ENV_FILES = "com.docker.compose.project.environment_file";

/** The version whose behaviour this is. */
export const COMPOSE_VERSION = "2.40.3";

/** What every container of a service bears. */
export function serviceLabels(project: Project, service: string, envFiles: readonly string[] = []) {
  return {
    [PROJECT]: project.name,
    [SERVICE]: service,
    [VERSION]: COMPOSE_VERSION,
    [DIRECTORY]: project.directory,
    [FILES]: project.files.join(","),
    [ONE_OFF]: "False",
    ...(envFiles.length === 0 ? {} : { [ENV_FILES]: envFiles.join(",") }),
  };
}

/** What an image bears that compose has built. */
export function imageLabels(project: Project, service: string) {
  return { [PROJECT]: project.name, [SERVICE]: service, [VERSION]: COMPOSE_VERSION };
}

/** What a network or a volume bears. */
export function resourceLabels(project: string, kind: typeof NETWORK | typeof VOLUME, key: string) {
  return { [kind]: key, [PROJECT]: project, [VERSION]: COMPOSE_VERSION };
}

export function labelOf(container: Container, label: string): string | undefined {
  return container.config.Labels?.[label];
}

export const serviceOf = (container: Container): string => labelOf(container, SERVICE) ?? "";
export const isOneOff = (container: Container): boolean => labelOf(container, ONE_OFF) === "True";
export const numberOf = (container: Container): number => Number(labelOf(container, NUMBER) ?? 0);
