/** The Go type of an event: what `docker events --format` sees. Model: moby api/types/events. */
import { fields, INT64, optional, STRING, STRING_MAP, struct } from "../template/type.ts";

const ACTOR = struct("events.Actor", fields(STRING, "ID"), fields(STRING_MAP, "Attributes"));

export const EVENT_MESSAGE = struct(
  "events.Message",
  optional("Status", STRING, "status"),
  optional("ID", STRING, "id"),
  optional("From", STRING, "from"),
  { name: "Type", json: "Type", type: { kind: "string", name: "events.Type" } },
  { name: "Action", json: "Action", type: { kind: "string", name: "events.Action" } },
  { name: "Actor", json: "Actor", type: ACTOR },
  optional("Scope", STRING, "scope"),
  optional("Time", INT64, "time"),
  optional("TimeNano", INT64, "timeNano"),
);
