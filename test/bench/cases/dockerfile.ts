/** Reading a Dockerfile of 240 lines, beside dockerfile-ast, which editors use. */
import { parse } from "@bottleship/core/build";
import { DockerfileParser } from "dockerfile-ast";
import type { Case } from "../figure.ts";
import { elapsedMs, mediansOf } from "../measure.ts";

const STAGE = `# What stage % builds.
FROM --platform=$BUILDPLATFORM golang:1.24-alpine AS stage%
ARG VERSION=1.0 TARGETARCH
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" \\
    PATH="/go/bin:\${PATH}"
LABEL org.opencontainers.image.title="stage %" maintainer='somebody'
WORKDIR /src/%

# Modules first, so that they stay in the cache.
COPY --chown=1000:1000 go.mod go.sum ./
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=bind,source=.,target=/in \\
    go mod download && \\
    go vet ./...
COPY ["a file", "/with blanks/"]
RUN <<EOF
set -eu
go build -ldflags "-X main.version=\${VERSION}" -o /out/% ./cmd/%
EOF
EXPOSE 8080/tcp 9090-9092
HEALTHCHECK --interval=30s --timeout=3s CMD wget -qO- http://localhost:8080/healthz || exit 1
`;
const STAGES = 12;
const TEXT = Array.from({ length: STAGES }, (_, n) => STAGE.replaceAll("%", String(n))).join("");
const REPETITIONS = 200;

export const dockerfile: Case = async ({ rounds, scale }) => {
  const lines = TEXT.trimEnd().split("\n").length;
  const times = Math.ceil(REPETITIONS * scale);
  const [own, other] = await mediansOf(
    rounds,
    () => each(times, () => parse(TEXT).stages.length),
    () => each(times, parseWithDockerfileAst),
  );
  return [
    { name: `parse of a Dockerfile of ${lines} lines`, value: own, unit: "ms", target: { atMost: 0.5 } },
    { name: "dockerfile-ast, with the arguments of each instruction", value: other, unit: "ms" },
    { name: "  dockerfile-ast to parse", value: other / own, unit: "×", target: { atLeast: 1 } },
  ];
};

function parseWithDockerfileAst(): number {
  const instructions = DockerfileParser.parse(TEXT).getInstructions();
  return instructions.reduce((sum, instruction) => sum + instruction.getArguments().length, 0);
}

/** Milliseconds of one call: the mean of many. */
async function each(times: number, work: () => number): Promise<number> {
  let found = 0;
  const total = await elapsedMs(() => {
    for (let i = 0; i < times; i++) found += work();
  });
  if (found === 0) throw new Error("nothing was read");
  return total / times;
}
