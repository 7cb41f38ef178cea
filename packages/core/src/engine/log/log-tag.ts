/**
 * The log option `tag`: a Go template over what the log driver knows of a container.
 *
 * @see moby daemon/logger/loggerutils/log_tag.go, daemon/logger/loginfo.go
 */
import type { Container } from "../container/container.ts";
import { compileTemplate, GoValue, renderTemplate } from "../docker/format.ts";
import { type Method, pointer, STRING } from "../docker/template/type.ts";
import { shortId } from "../names.ts";

const READERS: Readonly<Record<string, (container: Container) => string>> = {
  ID: ({ id }) => shortId(id),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ImageName: ({ imageName }) => imageName,
  // The kind of the digest counts among the twelve characters.
  ImageID: ({ image }) => shortId(image.id),
  ImageFullID: ({ image }) => image.id,
  DaemonName: () => "docker",
  Command: ({ config }) => [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])].join(" "),
};

const INFO = pointer({
  kind: "struct",
  name: "logger.Info",
  fields: [],
  methods: new Map(
    Object.entries(READERS).map(([name, read]): [string, Method] => [
      name,
      { parameters: [], returns: STRING, call: (container) => read(container as Container) },
    ]),
  ),
});

/** Empty where none is asked for. @throws ValueError for a template that is none, or names what there is not */
export function logTag(container: Container): string {
  const { tag = "" } = container.hostConfig.LogConfig?.Config ?? {};
  if (tag === "") return "";
  return renderTemplate(compileTemplate(tag, "log-tag"), new GoValue(INFO, container));
}
