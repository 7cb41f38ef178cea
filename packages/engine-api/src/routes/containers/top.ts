/** `GET /containers/{id...}/top`. @see moby daemon/top_unix.go */
import { type Engine, topTable } from "@bottleship/core/engine";
import { json } from "../../http/exchange.ts";
import { text } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";

export function topHandler(engine: Engine): Handler {
  return ({ param, query }) => {
    const container = engine.containers.get(param);
    const table = topTable(container, engine.kernel.nowUs, text(query, "ps_args"));
    engine.containers.note(container, "top");
    return json(table);
  };
}
