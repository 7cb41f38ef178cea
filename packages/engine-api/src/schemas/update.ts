/** The body of `POST /containers/{id}/update`. */
import { z } from "zod";
import { RESOURCES, RESTART_POLICY } from "./create.ts";
import { goType, maybe } from "./fields.ts";

export const UPDATE = goType(
  z.object({ ...RESOURCES, RestartPolicy: maybe(RESTART_POLICY) }),
  "container.UpdateConfig",
);
