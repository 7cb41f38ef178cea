/**
 * Containers as older versions of the API describe them.
 *
 * @see moby api/server/router/container/inspect.go
 */
import { type ContainerDocument, isUserDefined } from "@bottleship/core/engine";

/** The last version in which a container's own names were among the aliases that it had been given. */
const LAST_OWN_ALIASES = 144;
/** Characters of an ID that people write. */
const SHORT_ID = 12;

type Named = Pick<ContainerDocument, "Id" | "Config" | "NetworkSettings">;

/** `GET /containers/{id...}/json`. Compose 1 connects a container again that lacks the alias. */
export function olderContainer<T extends Named>(document: T, version: number): T {
  if (version > LAST_OWN_ALIASES) return document;
  const { Id, Config, NetworkSettings } = document;
  const own = [Id.slice(0, SHORT_ID), Config.Hostname];
  const Networks = Object.fromEntries(
    Object.entries(NetworkSettings.Networks).map(([name, settings]) => {
      if (!isUserDefined(name)) return [name, settings];
      return [name, { ...settings, Aliases: [...new Set([...(settings.Aliases ?? []), ...own])] }];
    }),
  );
  return { ...document, NetworkSettings: { ...NetworkSettings, Networks } };
}
