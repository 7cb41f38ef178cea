/** `GET /info`. @see moby daemon/info.go */
import type { Engine } from "../engine.ts";
import { swarmInfo } from "../swarm/documents.ts";
import { timeOf } from "./time.ts";

/** What the daemon is called, by itself and by BuildKit. */
export const DAEMON_ID = "b0771e50-0000-4000-8000-000000000001";

/** `GET /info`. */
export function infoDocument(engine: Engine) {
  const { containers, images, kernel } = engine;
  const { machine } = kernel;
  const swarm = swarmInfo(engine.swarm);
  const all = containers.list({ all: true });
  const count = (fits: (one: (typeof all)[number]) => boolean): number => all.filter(fits).length;
  const running = count(({ state }) => state === "running" || state === "restarting");
  const paused = count(({ state }) => state === "paused");
  return {
    ID: DAEMON_ID,
    Containers: all.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: all.length - running - paused,
    Images: images.list().length,
    Driver: "overlay2",
    DriverStatus: [
      ["Backing Filesystem", "extfs"],
      ["Supports d_type", "true"],
      ["Using metacopy", "false"],
      ["Native Overlay Diff", "true"],
      ["userxattr", "false"],
    ],
    Plugins: {
      Volume: ["local"],
      Network: ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
      Authorization: null,
      Log: ["awslogs", "fluentd", "gelf", "journald", "json-file", "local", "splunk", "syslog"],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    Debug: false,
    NFd: 0,
    OomKillDisable: false,
    NGoroutines: 0,
    SystemTime: timeOf(kernel.nowUs),
    LoggingDriver: "json-file",
    CgroupDriver: "cgroupfs",
    CgroupVersion: "2",
    NEventsListener: engine.events.listenerCount("event"),
    KernelVersion: machine.kernelRelease,
    OperatingSystem: engine.profile.operatingSystem,
    OSVersion: "",
    OSType: "linux",
    Architecture: kernel.machine.architecture,
    IndexServerAddress: "https://index.docker.io/v1/",
    RegistryConfig: registriesOf(engine),
    NCPU: machine.cpus,
    MemTotal: machine.memoryBytes,
    GenericResources: null,
    DockerRootDir: "/var/lib/docker",
    HttpProxy: "",
    HttpsProxy: "",
    NoProxy: "",
    Name: machine.hostname,
    Labels: Object.entries(engine.labels).map((pair) => pair.join("=")),
    ExperimentalBuild: false,
    ServerVersion: engine.profile.engine.version,
    Runtimes: RUNTIMES,
    DefaultRuntime: "runc",
    Swarm: swarm,
    LiveRestoreEnabled: engine.daemon.liveRestore,
    Isolation: "",
    InitBinary: "docker-init",
    ContainerdCommit: { ID: "" },
    RuncCommit: { ID: "" },
    InitCommit: { ID: "" },
    SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"],
    FirewallBackend: { Driver: "iptables" },
    CDISpecDirs: ["/etc/cdi", "/var/run/cdi"],
    Containerd: {
      Address: "/run/containerd/containerd.sock",
      Namespaces: { Containers: "moby", Plugins: "plugins.moby" },
    },
    Warnings: "Warnings" in swarm ? swarm.Warnings : null,
  };
}

/** @see moby registry/config.go */
function registriesOf({ mirrors: given, insecureRegistries }: Engine) {
  const mirrors = given.map((url) => `${url.replace(/\/$/, "")}/`);
  const insecure = insecureRegistries.map((host) => [
    host,
    { Mirrors: [], Name: host, Official: false, Secure: false },
  ]);
  return {
    InsecureRegistryCIDRs: ["::1/128", "127.0.0.0/8"],
    IndexConfigs: {
      "docker.io": { Mirrors: mirrors, Name: "docker.io", Official: true, Secure: true },
      ...Object.fromEntries(insecure),
    },
    Mirrors: mirrors.length === 0 ? null : mirrors,
  };
}

const RUNTIMES = {
  "io.containerd.runc.v2": { path: "runc" },
  runc: { path: "runc" },
};
