/** Counters of /proc/vmstat after the free pages, in its order: a simulated machine counts none of them. @see mm/vmstat.c */
export const VMSTAT_COUNTERS: readonly string[] = (
  "nr_free_pages_blocks nr_zone_inactive_anon nr_zone_active_anon nr_zone_inactive_file " +
  "nr_zone_active_file nr_zone_unevictable nr_zone_write_pending nr_mlock nr_zspages nr_free_cma " +
  "numa_hit numa_miss numa_foreign numa_interleave numa_local numa_other nr_inactive_anon " +
  "nr_active_anon nr_inactive_file nr_active_file nr_unevictable nr_slab_reclaimable " +
  "nr_slab_unreclaimable nr_isolated_anon nr_isolated_file workingset_nodes workingset_refault_anon " +
  "workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon " +
  "workingset_restore_file workingset_nodereclaim nr_anon_pages nr_mapped nr_file_pages nr_dirty " +
  "nr_writeback nr_shmem nr_shmem_hugepages nr_shmem_pmdmapped nr_file_hugepages nr_file_pmdmapped " +
  "nr_anon_transparent_hugepages nr_vmscan_write nr_vmscan_immediate_reclaim nr_dirtied nr_written " +
  "nr_throttled_written nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released " +
  "nr_kernel_stack nr_page_table_pages nr_sec_page_table_pages nr_iommu_pages nr_swapcached " +
  "pgpromote_success pgpromote_candidate pgpromote_candidate_nrl pgdemote_kswapd pgdemote_direct " +
  "pgdemote_khugepaged pgdemote_proactive nr_hugetlb nr_balloon_pages nr_kernel_file_pages " +
  "nr_dirty_threshold nr_dirty_background_threshold nr_memmap_pages nr_memmap_boot_pages pgpgin pgpgout " +
  "pswpin pswpout pgalloc_dma pgalloc_dma32 pgalloc_normal pgalloc_movable pgalloc_device " +
  "allocstall_dma allocstall_dma32 allocstall_normal allocstall_movable allocstall_device pgskip_dma " +
  "pgskip_dma32 pgskip_normal pgskip_movable pgskip_device pgfree pgactivate pgdeactivate pglazyfree " +
  "pgfault pgmajfault pglazyfreed pgrefill pgreuse pgsteal_kswapd pgsteal_direct pgsteal_khugepaged " +
  "pgsteal_proactive pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive " +
  "pgscan_direct_throttle pgscan_anon pgscan_file pgsteal_anon pgsteal_file zone_reclaim_success " +
  "zone_reclaim_failed pginodesteal slabs_scanned kswapd_inodesteal kswapd_low_wmark_hit_quickly " +
  "kswapd_high_wmark_hit_quickly pageoutrun pgrotated drop_pagecache drop_slab oom_kill"
).split(" ");
