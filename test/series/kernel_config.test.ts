// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { missingIn, smallestConfig } from '../../src/series/kernel_config.js';

describe('the configuration of a kernel', () => {
  it('lacks what it has as a module, or not at all', () => {
    const config = smallestConfig(false)
      .replace('CONFIG_KVM=y', 'CONFIG_KVM=m')
      .replace('CONFIG_KALLSYMS_ALL=y', '# CONFIG_KALLSYMS_ALL is not set');
    expect(missingIn(config)).toEqual(['CONFIG_KVM', 'CONFIG_KALLSYMS_ALL']);
  });

  it('that is the smallest lacks nothing, and has EL2 debugging only if it is asked for', () => {
    expect(missingIn(smallestConfig(false))).toEqual([]);
    expect(missingIn(smallestConfig(true))).toEqual([]);
    expect(smallestConfig(true)).toContain('CONFIG_NVHE_EL2_DEBUG=y\n');
    expect(smallestConfig(false)).not.toContain('NVHE_EL2_DEBUG');
  });
});
