// SPDX-License-Identifier: GPL-2.0-only
/** Configurations of the kernels that are built of commits. */

/** What has to be on for a kernel to be asked; "y" in its configuration. */
const NEEDED = [
  'KVM',
  'KALLSYMS',
  'KALLSYMS_ALL',
  'BLK_DEV_INITRD',
  'BINFMT_ELF',
  'SERIAL_AMBA_PL011_CONSOLE',
  'JUMP_LABEL',
] as const;

/**
 * The smallest configuration that boots protected KVM, as what differs from allnoconfig. Without
 * JUMP_LABEL the hypervisor panics when it initialises.
 */
const SMALLEST = [
  ...['64BIT', 'EXPERT', 'PRINTK', 'BUG', 'TTY', 'BLK_DEV_INITRD', 'BINFMT_ELF', 'PROC_FS'],
  ...['ARM_AMBA', 'SERIAL_AMBA_PL011', 'SERIAL_AMBA_PL011_CONSOLE', 'KALLSYMS', 'KALLSYMS_ALL'],
  ...['JUMP_LABEL', 'ARM64_4K_PAGES', 'ARM64_VA_BITS_48', 'VIRTUALIZATION', 'KVM'],
] as const;

/** The smallest configuration as a file for KCONFIG_ALLCONFIG. */
export function smallestConfig(debug: boolean): string {
  const on = debug ? [...SMALLEST, 'NVHE_EL2_DEBUG'] : SMALLEST;
  return on.map((name) => `CONFIG_${name}=y\n`).join('');
}

/** What a configuration lacks for its kernel to be asked. */
export function missingIn(config: string): string[] {
  const on = new Set(Array.from(config.matchAll(/^CONFIG_(\w+)=y$/gm), ([, name]) => name));
  return NEEDED.filter((name) => !on.has(name)).map((name) => `CONFIG_${name}`);
}
