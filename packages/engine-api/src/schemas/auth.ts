/** The body of `POST /auth`. */
import { z } from "zod";
import { goType, text } from "./fields.ts";

export const AUTH = goType(
  z.object({
    username: text.default(""),
    password: text.default(""),
    serveraddress: text.default(""),
    identitytoken: text.default(""),
  }),
  "registry.AuthConfig",
  { isNameless: true },
);
