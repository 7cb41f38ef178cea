/** What a build by `POST /build?version=2` tells: BuildKit's status messages. */
import { randomUUID } from "node:crypto";
import type { BuildTrace } from "@bottleship/engine-api";
import { MESSAGES, type SourceInfo } from "./messages.ts";
import { ProgressMessages } from "./progress.ts";

const SOURCE: SourceInfo = { filename: "Dockerfile", data: new Uint8Array(), language: "Dockerfile" };

export const buildTrace: BuildTrace = () => {
  const messages = new ProgressMessages(randomUUID(), () => SOURCE);
  return (event) => MESSAGES.progress.encode(messages.of(event));
};
