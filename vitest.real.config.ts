// SPDX-License-Identifier: GPL-2.0-only
/** The tests that ask real kernels: they want QEMU, and the kernels of scripts/fetch-kernels.sh. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/kernels/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 2,
  },
});
