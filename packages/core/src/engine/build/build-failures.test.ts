/** Of what fails side by side in a build, what failed first is told. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

it("names the step that failed, not one that was killed for it", async () => {
  const dockerfile = `FROM busybox AS slow
RUN sleep 60
FROM busybox
RUN sleep 1; exit 3
COPY --from=slow /etc/group /group
`;
  const build = createEngine().build({ context: { files: {} }, dockerfile });
  await expect(build).rejects.toMatchObject({
    message: 'process "/bin/sh -c sleep 1; exit 3" did not complete successfully: exit code: 3',
  });
});
