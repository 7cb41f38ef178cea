/**
 * What the tasks of a service may, beyond what their image says: the API's body, and the security options that a worker
 * makes of it.
 *
 * @see moby api/types/swarm: Privileges; daemon/cluster/convert/container.go: credentialSpecToGRPC;
 *   daemon/cluster/executor/container/container.go: applyPrivileges
 */
import { quote } from "../../lib/go/index.ts";
import { base64Bytes, decode } from "../../lib/index.ts";

/** One of them is said. */
export interface CredentialSpec {
  readonly Config: string;
  readonly File: string;
  readonly Registry: string;
}

export interface SelinuxContext {
  readonly Disable: boolean;
  readonly User: string;
  readonly Role: string;
  readonly Type: string;
  readonly Level: string;
}

export interface Privileges {
  readonly CredentialSpec: CredentialSpec | null;
  readonly SELinuxContext: SelinuxContext | null;
  /** The profile is in base64. */
  readonly Seccomp?: { readonly Mode: SeccompMode; readonly Profile?: string };
  readonly AppArmor?: { readonly Mode: AppArmorMode };
  readonly NoNewPrivileges: boolean;
}

export type SeccompMode = "default" | "unconfined" | "custom";
export type AppArmorMode = "default" | "disabled";

/** What is wrong with a credential spec: not exactly one source, in the order config, file, registry. */
export function credentialProblem({ Config, File, Registry }: CredentialSpec): string | undefined {
  const said = [
    ...(Config === "" ? [] : ["config"]),
    ...(File === "" ? [] : ["file"]),
    ...(Registry === "" ? [] : ["registry"]),
  ].map(quote);
  const prefix = "invalid CredentialSpec: ";
  if (said.length === 0) return `${prefix}must either provide "file", "registry", or "config" for credential spec`;
  if (said.length === 1) return undefined;
  if (said.length === 2) return `${prefix}cannot specify both ${said.join(" and ")} credential specs`;
  return `${prefix}cannot specify both ${said.slice(0, -1).join(", ")}, and ${said.at(-1)} credential specs`;
}

/** As `--security-opt` has them, in the worker's order. */
export function securityOptionsOf(privileges: Privileges): readonly string[] {
  const { CredentialSpec: credentials, SELinuxContext: label, Seccomp, AppArmor, NoNewPrivileges } = privileges;
  return [
    ...(credentials === null ? [] : [`credentialspec=${credentialSource(credentials)}`]),
    ...(label === null ? [] : labels(label)),
    ...(Seccomp?.Mode === "unconfined" ? ["seccomp=unconfined"] : []),
    ...(Seccomp?.Mode === "custom" ? [`seccomp=${decode(base64Bytes(Seccomp.Profile ?? ""))}`] : []),
    ...(AppArmor?.Mode === "disabled" ? ["apparmor=unconfined"] : []),
    ...(NoNewPrivileges ? ["no-new-privileges=true"] : []),
  ];
}

function credentialSource({ Config, File, Registry }: CredentialSpec): string {
  if (Config !== "") return `config://${Config}`;
  return File === "" ? `registry://${Registry}` : `file://${File}`;
}

function labels({ Disable, User, Role, Level, Type }: SelinuxContext): readonly string[] {
  return [
    ...(Disable ? ["label=disable"] : []),
    ...(User === "" ? [] : [`label=user:${User}`]),
    ...(Role === "" ? [] : [`label=role:${Role}`]),
    ...(Level === "" ? [] : [`label=level:${Level}`]),
    ...(Type === "" ? [] : [`label=type:${Type}`]),
  ];
}
