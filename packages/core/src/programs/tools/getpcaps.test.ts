import { expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";

const STANDARD = "cap_chown,cap_dac_override,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap";

/** What libcap's own says of processes with these sets. */
it.each([
  [[], `1: ${STANDARD},cap_net_bind_service,cap_net_raw,cap_sys_chroot,cap_mknod,cap_audit_write,cap_setfcap=ep\n`],
  [["--cap-drop", "ALL"], "1: =\n"],
  [["--cap-drop", "ALL", "--cap-add", "IPC_LOCK"], "1: cap_ipc_lock=ep\n"],
  [["--privileged"], "1: =ep\n"],
  [["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE"], "1: =ep cap_sys_resource-ep\n"],
])("getpcaps tells the capabilities of a container with %j", async (options, text) => {
  const engine = createEngine();
  const dockerfile = "FROM alpine\nRUN apk add --no-cache libcap-utils\n";
  await engine.build({ context: { files: {} }, dockerfile, tags: ["caps"] });
  expect((await engine.docker(["run", "--rm", ...options, "caps", "getpcaps", "1"])).stdout).toBe(text);
  const missing = await engine.docker(["run", "--rm", "caps", "getpcaps", "999"]);
  expect([missing.exitCode, missing.stderr]).toEqual([1, "Failed to get cap's for process 999: (No such process)\n"]);
});
