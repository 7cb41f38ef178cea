/** Health checks as docker shows them; their exact times are in `health-check.test.ts`. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

const STATUS = "inspect -f '{{.State.Health.Status}} {{.State.Health.FailingStreak}}'";

onEngines("health", (it) => {
  it("becomes healthy, unhealthy and healthy again, and tells of each change once", async (engine) => {
    const { docker, seconds } = engine;
    const since = (await docker("info -f {{.SystemTime}}")).trim();
    await seconds(0.01);
    const check = "--health-cmd 'test ! -e /sick || { echo ill; exit 1; }' --health-interval 500ms --health-retries 2";
    await docker(`run -d --name health-a ${check} busybox sleep 1000`);
    expect(await docker(`${STATUS} health-a`)).toBe("starting 0\n");
    await seconds(1.5);
    expect(await docker(`${STATUS} health-a`)).toBe("healthy 0\n");
    expect(await docker("ps --filter name=health-a --filter health=healthy --format {{.Status}}")).toMatch(
      /^Up .* \(healthy\)\n$/,
    );
    await docker("exec health-a touch /sick");
    await seconds(3);
    expect(await docker(`${STATUS} health-a`)).toMatch(/^unhealthy \d+\n$/);
    const log = "{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}{{end}}";
    expect(await docker(["inspect", "-f", log, "health-a"])).toMatch(/^(0 )*(1 ill\n){2,5}\n$/);
    expect(await docker(["inspect", "-f", "{{len .State.Health.Log}}", "health-a"])).toBe("5\n");
    await docker("exec health-a rm /sick");
    await seconds(1.5);
    expect(await docker(`${STATUS} health-a`)).toBe("healthy 0\n");
    const until = (await docker("info -f {{.SystemTime}}")).trim();
    const filters = "--filter container=health-a --filter event=health_status";
    expect(await docker(`events --since ${since} --until ${until} ${filters} --format '{{.Action}}'`)).toBe(
      "health_status: healthy\nhealth_status: unhealthy\nhealth_status: healthy\n",
    );
  });

  it("kills a probe that takes too long, and forgives failures while it starts", async ({ docker, seconds }) => {
    const slow = "--health-cmd 'sleep 60' --health-interval 500ms --health-timeout 1s --health-retries 1";
    await docker(`run -d --name health-slow ${slow} busybox sleep 1000`);
    const fresh = "--health-cmd false --health-interval 500ms --health-start-period 60s --health-start-interval 500ms";
    await docker(`run -d --name health-new ${fresh} busybox sleep 1000`);
    await seconds(3);
    expect(await docker(`${STATUS} health-slow`)).toMatch(/^unhealthy \d+\n$/);
    const first = "{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}";
    expect(await docker(["inspect", "-f", first, "health-slow"])).toBe("-1 Health check exceeded timeout (1s)\n");
    expect(await docker(`${STATUS} health-new`)).toBe("starting 0\n");
    expect(await docker("exec health-slow sh -c 'pidof sleep | wc -w'")).toMatch(/^[12]\n$/);
  });

  it("is taken from the image, changed by options, and can be switched off", async ({ docker, refused }) => {
    await docker("create --name health-base busybox true");
    await docker([
      "commit",
      "-c",
      "HEALTHCHECK --interval=7s --retries=4 CMD test -e /ok",
      "health-base",
      "health-image",
    ]);
    expect(await refused("commit -c 'RUN x' health-base health-image")).toBe(
      "1: Error response from daemon: RUN is not a valid change command\n",
    );
    const healthcheck = "{{json .Config.Healthcheck}}";
    await docker("create --name health-own --health-retries 9 health-image true");
    expect(await docker(["inspect", "-f", healthcheck, "health-own"])).toBe(
      '{"Test":["CMD-SHELL","test -e /ok"],"Interval":7000000000,"Retries":9}\n',
    );
    await docker("run -d --name health-off --no-healthcheck health-image sleep 1000");
    expect(await docker(["inspect", "-f", `${healthcheck} {{json .State.Health}}`, "health-off"])).toBe(
      '{"Test":["NONE"],"Interval":7000000000,"Retries":4} null\n',
    );
    await docker("rm -f health-base health-own health-off");
    await docker("rmi health-image");
  });

  it("checks no more when the container has stopped", async ({ docker, seconds }) => {
    await docker("run -d --name health-stop --health-cmd true --health-interval 500ms busybox sleep 1000");
    await seconds(1.5);
    await docker("stop -t 0 health-stop");
    const status = await docker(`${STATUS} health-stop`);
    expect(status).toBe("unhealthy 0\n");
    await seconds(1);
    expect(await docker(`${STATUS} health-stop`)).toBe(status);
  });
});
