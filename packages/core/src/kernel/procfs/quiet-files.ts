/**
 * Files of /proc/PID that are empty in a simulated machine, or always the same: name, mode and text.
 *
 * They are there because programs list them and check for them.
 *
 * @see proc_pid(5)
 */

export interface QuietFile {
  readonly mode: number;
  readonly text: string;
}

const quiet = (mode: number, text = ""): QuietFile => ({ mode, text });

export const QUIET_FILES: Readonly<Record<string, QuietFile>> = {
  arch_status: quiet(0o444),
  autogroup: quiet(0o644, "/autogroup-1 nice 0\n"),
  coredump_filter: quiet(0o644, "00000033\n"),
  cpuset: quiet(0o444, "/\n"),
  ksm_merging_pages: quiet(0o400, "0\n"),
  ksm_stat: quiet(0o400, "ksm_rmap_items 0\n"),
  numa_maps: quiet(0o444),
  schedstat: quiet(0o444, "0 0 0\n"),
  smaps: quiet(0o444),
  smaps_rollup: quiet(0o444),
};
