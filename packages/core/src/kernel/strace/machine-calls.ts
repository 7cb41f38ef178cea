/** How strace(1) prints the calls on namespaces, mounts and the machine. */
import { MOUNT_FLAGS, UMOUNT_FLAGS } from "./flags.data.ts";
import { call, type Renderings } from "./rendering.ts";
import { data, filled, flags, hex, namespaces, path } from "./values.ts";

const SYSLOG = {
  read: "2 /* SYSLOG_ACTION_READ */",
  "read-all": "3 /* SYSLOG_ACTION_READ_ALL */",
  clear: "5 /* SYSLOG_ACTION_CLEAR */",
  "console-level": "8 /* SYSLOG_ACTION_CONSOLE_LEVEL */",
} as const;
const REBOOT = { restart: "RESTART", halt: "HALT", "power-off": "POWER_OFF" } as const;

export const machineRenderings = {
  unshare: ([kinds]) => call("unshare", namespaces(kinds).join("|") || "0"),
  setns: ([fd, kind]) => call("setns", fd, kind === undefined ? "0" : (namespaces(new Set([kind]))[0] ?? "0")),
  mount: ([source, target, type, how, options]) =>
    call(
      "mount",
      path(source),
      path(target),
      data(type),
      flags(how, MOUNT_FLAGS),
      options.length === 0 ? "NULL" : data(typeof options === "string" ? options : options.join(",")),
    ),
  automount: ([target, { requests }, bundle]) =>
    call("automount", path(target), `[/* ${requests.length} mounts */]`, path(bundle)),
  umount2: ([target, how]) => call("umount2", path(target), flags(how, UMOUNT_FLAGS)),
  pivot_root: ([newRoot, putOld]) => call("pivot_root", path(newRoot), path(putOld)),
  uname: (_, answer) =>
    call(
      "uname",
      filled(answer, ({ sysname, nodename }) => `{sysname=${data(sysname)}, nodename=${data(nodename)}, ...}`),
    ).gives(answer, () => 0),
  personality: ([persona], answer) => call("personality", hex(persona)).gives(answer, hex),
  sethostname: ([name]) => call("sethostname", data(name), name.length),
  setdomainname: ([name]) => call("setdomainname", data(name), name.length),
  sysctl: ([name, value]) => call("sysctl", data(name), data(value)),
  syslog: ([action], answer) =>
    call("syslog", SYSLOG[action], filled(answer, data)).gives(answer, (bytes) => bytes.length),
  sysinfo: (_, answer) =>
    call(
      "sysinfo",
      filled(
        answer,
        (info) =>
          `{uptime=${Math.floor(info.uptimeUs / 1_000_000)}, totalram=${info.totalRamBytes}, freeram=${info.freeRamBytes}, totalswap=${info.totalSwapBytes}, freeswap=${info.freeSwapBytes}, procs=${info.processes}, ...}`,
      ),
    ).gives(answer, () => 0),
  reboot: ([command]) =>
    call("reboot", "LINUX_REBOOT_MAGIC1", "LINUX_REBOOT_MAGIC2", `LINUX_REBOOT_CMD_${REBOOT[command]}`),
} satisfies Partial<Renderings>;
