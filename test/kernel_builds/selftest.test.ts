// SPDX-License-Identifier: GPL-2.0-only
/** What `export --format selftest` writes, built into the hypervisor of linux-source-6.12 and booted. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, TRACES } from '../cli/helpers.js';
import { folder } from '../folders.js';
import { buildKernel, replaceOnce } from './kernel_build.js';

const NVHE = 'arch/arm64/kvm/hyp/nvhe';

/**
 * Linux 6.12 has no pkvm_ownership_selftest(): what stands around the exported statements is made here,
 * with the names that the kernel's own has.
 */
const frame = (statements: string) => `
static struct {
	enum pkvm_page_state host, hyp, guest[2];
} selftest_state;
static u64 selftest_phys;

static void assert_page_state(void)
{
	host_lock_component();
	WARN_ON(__host_check_page_state_range(selftest_phys, PAGE_SIZE, selftest_state.host));
	host_unlock_component();
	hyp_lock_component();
	WARN_ON(__hyp_check_page_state_range((u64)__hyp_va(selftest_phys), PAGE_SIZE,
					     selftest_state.hyp));
	hyp_unlock_component();
	WARN_ON(selftest_state.guest[0] != PKVM_NOPAGE || selftest_state.guest[1] != PKVM_NOPAGE);
}

#define assert_transition_res(res, fn, ...)		\\
	do {						\\
		WARN_ON(fn(__VA_ARGS__) != (res));	\\
		assert_page_state();			\\
	} while (0)

void pkvm_ownership_selftest(void);
void pkvm_ownership_selftest(void)
{
	void *virt = hyp_alloc_pages(&host_s2_pool, 0);
	u64 pfn, size = PAGE_SIZE;

	WARN_ON(!virt);
	hyp_virt_to_page(virt)->refcount = 0;
	selftest_phys = hyp_virt_to_phys(virt);
	pfn = hyp_phys_to_pfn(selftest_phys);
${statements}
	hyp_virt_to_page(virt)->refcount = 1;
	hyp_put_page(&host_s2_pool, virt);
}
`;

const CALL = '\tpkvm_hyp_vm_table_init(vm_table_base);\n';

/** Builds a kernel whose hypervisor runs the statements when it is initialised, and boots it. */
async function bootWith(statements: string, name: string) {
  const image = join(folder(), name);
  buildKernel(
    [
      [`${NVHE}/mem_protect.c`, (text) => text + frame(statements)],
      [
        `${NVHE}/setup.c`,
        (text) =>
          replaceOnce(
            text,
            CALL,
            `${CALL}\t{\n\t\textern void pkvm_ownership_selftest(void);\n\n\t\tpkvm_ownership_selftest();\n\t}\n`,
          ),
      ],
    ],
    image,
  );
  return run(['kernel', 'inspect', image], { env: { XDG_CACHE_HOME: join(folder(), 'cache') } });
}

const TRACE = join(TRACES, 'selftest/selftest-debug.json');

describe('a trace as statements of the ownership selftest', () => {
  it('passes in the hypervisor when it boots, and fails with one result falsified', async () => {
    const exported = await run(['export', TRACE, '--impl', 'legacy-before-fix']);
    expect(exported.code).toBe(0);
    const passed = await bootWith(exported.out, 'passes');
    expect(passed.err).toBe('');
    expect(passed.out).toMatch(/Protected nVHE mode initialized successfully/);

    const falsified = replaceOnce(
      exported.out,
      'assert_transition_res(-EBUSY, __pkvm_host_unshare_hyp, pfn)',
      'assert_transition_res(0, __pkvm_host_unshare_hyp, pfn)',
    );
    const failed = await bootWith(falsified, 'fails');
    expect(failed.code).toBe(2);
    expect(failed.err).toMatch(/the kernel panicked while it booted/);
    expect(failed.err).toMatch(/hyp BUG at: .*pkvm_ownership_selftest/);
  });
});
