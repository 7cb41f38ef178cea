/**
 * Attributes of sysfs that nothing in a simulated machine changes but who writes to them, in directories.
 *
 * @see sysfs(5), Documentation/ABI
 */

/** A text alone can only be read; root may write those in brackets, which then hold what was written. */
export type QuietAttributes = { readonly [name: string]: string | readonly [text: string] | QuietAttributes };

const HUGE_PAGES: QuietAttributes = {
  free_hugepages: "0",
  nr_hugepages: ["0"],
  nr_hugepages_mempolicy: ["0"],
  nr_overcommit_hugepages: ["0"],
  resv_hugepages: "0",
  surplus_hugepages: "0",
};
const NOT_AFFECTED = "Not affected";

export const KERNEL_ATTRIBUTES: QuietAttributes = {
  address_bits: "64",
  cpu_byteorder: "little",
  debug: {},
  fscaps: "1",
  mm: {
    hugepages: { "hugepages-1048576kB": HUGE_PAGES, "hugepages-2048kB": HUGE_PAGES },
    ksm: { pages_shared: "0", pages_sharing: "0", pages_to_scan: ["100"], run: ["0"], sleep_millisecs: ["20"] },
    numa: { demotion_enabled: ["false"] },
    swap: { vma_ra_enabled: ["true"] },
    transparent_hugepage: {
      defrag: ["always defer defer+madvise [madvise] never"],
      enabled: ["always [madvise] never"],
      hpage_pmd_size: "2097152",
      shmem_enabled: ["always within_size advise [never] deny force"],
      use_zero_page: ["1"],
    },
  },
  profiling: ["0"],
  rcu_expedited: ["0"],
  rcu_normal: ["0"],
  security: {},
  tracing: {},
  uevent_seqnum: "1",
};

export const PROCESSOR_ATTRIBUTES: QuietAttributes = {
  kernel_max: "255",
  smt: { active: "0", control: ["notsupported"] },
  vulnerabilities: { l1tf: NOT_AFFECTED, mds: NOT_AFFECTED, meltdown: NOT_AFFECTED, srbds: NOT_AFFECTED },
};

export const CLOCK_ATTRIBUTES: QuietAttributes = {
  available_clocksource: "tsc kvm-clock ",
  current_clocksource: ["tsc"],
};

export const MODULE_ATTRIBUTES: QuietAttributes = {
  bridge: {},
  overlay: {
    parameters: {
      check_copy_up: ["N"],
      index: ["N"],
      metacopy: ["N"],
      nfs_export: ["N"],
      redirect_always_follow: ["Y"],
      redirect_dir: ["N"],
      redirect_max: "256",
      xino_auto: ["N"],
    },
  },
};
