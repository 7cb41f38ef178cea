/** `docker node inspect --pretty`. Model: docker/cli cli/command/node/formatter.go. */
import { capital } from "../../lists/swarm.ts";
import { binarySize } from "../../values/human.ts";
import { labelLines, moment } from "./parts.ts";

interface NodePage {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Spec: { readonly Labels: Readonly<Record<string, string>>; readonly Availability: string };
  readonly Description: {
    readonly Hostname: string;
    readonly Platform: { readonly Architecture: string; readonly OS: string };
    readonly Resources: { readonly NanoCPUs: number; readonly MemoryBytes: number };
    readonly Engine: {
      readonly EngineVersion: string;
      readonly Labels?: Readonly<Record<string, string>>;
      readonly Plugins?: readonly { readonly Type: string; readonly Name: string }[];
    };
    readonly TLSInfo: {
      readonly TrustRoot: string;
      readonly CertIssuerSubject: string;
      readonly CertIssuerPublicKey: string;
    };
  };
  readonly Status: { readonly State: string; readonly Message?: string; readonly Addr: string };
  readonly ManagerStatus?: { readonly Leader?: boolean; readonly Reachability: string; readonly Addr: string };
}

export function prettyNode({ ID, CreatedAt, Spec, Description, Status, ManagerStatus }: NodePage): string {
  const { Platform, Resources, Engine, TLSInfo } = Description;
  const plugins = ["Log", "Network", "Volume"].map((kind) => {
    const names = (Engine.Plugins ?? []).filter(({ Type }) => Type === kind).map(({ Name }) => Name);
    return ` ${kind}:\t\t${names.join(", ")}`;
  });
  const lines = [
    `ID:\t\t\t${ID}`,
    ...labelLines(Spec.Labels),
    `Hostname:              \t${Description.Hostname}`,
    `Joined at:             \t${moment(CreatedAt)}`,
    "Status:",
    ` State:\t\t\t${capital(Status.State)}`,
    ...(Status.Message === undefined ? [] : [` Message:              \t${capital(Status.Message)}`]),
    ` Availability:         \t${capital(Spec.Availability)}`,
    ` Address:\t\t${Status.Addr}`,
    ...(ManagerStatus === undefined
      ? []
      : [
          "Manager Status:",
          ` Address:\t\t${ManagerStatus.Addr}`,
          ` Raft Status:\t\t${capital(ManagerStatus.Reachability)}`,
          ` Leader:\t\t${ManagerStatus.Leader === true ? "Yes" : "No"}`,
        ]),
    "Platform:",
    ` Operating System:\t${Platform.OS}`,
    ` Architecture:\t\t${Platform.Architecture}`,
    "Resources:",
    ` CPUs:\t\t\t${Resources.NanoCPUs / 1e9}`,
    ` Memory:\t\t${binarySize(Resources.MemoryBytes)}`,
    "Plugins:",
    ...plugins,
    `Engine Version:\t\t${Engine.EngineVersion}`,
    ...labelLines(Engine.Labels ?? {}, "Engine Labels"),
    "TLS Info:",
    " TrustRoot:",
    TLSInfo.TrustRoot,
    ` Issuer Subject:\t${TLSInfo.CertIssuerSubject}`,
    ` Issuer Public Key:\t${TLSInfo.CertIssuerPublicKey}`,
  ];
  return `${lines.join("\n")}\n`;
}
