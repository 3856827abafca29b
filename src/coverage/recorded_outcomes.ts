// SPDX-License-Identifier: GPL-2.0-only
/**
 * Outcomes that the compiled kernel code had in the recordings (test/golden), by operation, of the
 * two versions before and after the series. A test holds this to the recordings.
 */

export const RECORDED_OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  __pkvm_host_share_hyp: ['0', '-EINVAL', '-EPERM', 'WARN'],
  __pkvm_host_unshare_hyp: ['0', '-EBUSY', '-EINVAL', '-EPERM'],
  __pkvm_host_donate_hyp: ['0', '-EINVAL', '-EPERM', 'WARN'],
  __pkvm_hyp_donate_host: ['0', '-EINVAL', '-EPERM', 'WARN'],
  __pkvm_host_share_ffa: ['0', '-EINVAL', '-EPERM'],
  __pkvm_host_unshare_ffa: ['0', '-EINVAL', '-EPERM'],
  hyp_pin_shared_mem: ['0', '-EINVAL', '-EPERM'],
  hyp_unpin_shared_mem: ['0', 'BUG'],
  handle_host_mem_abort: ['0', '-EAGAIN', 'BUG'],
  ffa_host_share_ranges: ['0', '-6'],
  ffa_host_unshare_ranges: ['0', '-6'],
  __pkvm_init_vm: ['handle', '-EINVAL', '-ENOMEM', '-EPERM', 'FAULT'],
  __pkvm_init_vcpu: ['0', '-EBUSY', '-EINVAL', '-ENOENT', '-ENOMEM'],
  __pkvm_vcpu_load: ['0'],
  __pkvm_vcpu_put: ['0'],
  __pkvm_host_share_guest: ['0', '-EINVAL', '-ENOMEM', '-EPERM', '-ERANGE', 'WARN'],
  __pkvm_host_unshare_guest: ['0', '-E2BIG', '-EINVAL', '-ENOENT', '-EPERM', '-ERANGE'],
  __pkvm_host_wrprotect_guest: ['0', '-E2BIG', '-EINVAL', '-ENOENT', '-ERANGE'],
  __pkvm_host_test_clear_young_guest: ['0', '1', '-E2BIG', '-EINVAL', '-ENOENT', '-ERANGE'],
  __pkvm_host_relax_perms_guest: ['0', '-E2BIG', '-EINVAL', '-ENOENT', '-ERANGE'],
  __pkvm_host_mkyoung_guest: ['0', '-E2BIG', '-EINVAL', '-ENOENT', '-EPERM', '-ERANGE'],
  __pkvm_teardown_vm: ['0', '-ENOENT', 'WARN'],
};
