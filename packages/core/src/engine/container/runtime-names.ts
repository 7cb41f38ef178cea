/**
 * What a container's runtime may be called: runc, or a shim of containerd, of which only runc's is installed.
 *
 * @see moby daemon/internal/runtimes, containerd core/runtime/v2/shim.go resolveRuntimePath
 */
const RUNC: ReadonlySet<string> = new Set(["", "runc"]);
const RUNC_SHIM = "containerd-shim-runc-v2";

export const isRuntimeName = (name: string): boolean => RUNC.has(name) || shimOf(name) !== undefined;

/** Why no container can be made with it. */
export function runtimeProblem(name: string): string | undefined {
  const shim = RUNC.has(name) ? RUNC_SHIM : shimOf(name);
  if (shim === RUNC_SHIM) return undefined;
  const problem = `runtime "${name}" binary not installed "${shim}": file does not exist`;
  return `failed to create task for container: failed to start shim: failed to resolve runtime path: ${problem}`;
}

/** The program that the last two parts of the name stand for. */
function shimOf(name: string): string | undefined {
  const parts = name.split(".");
  if (name.includes("/") || parts.length < 2 || parts[0] === "") return undefined;
  return `containerd-shim-${parts.slice(-2).join("-")}`;
}
