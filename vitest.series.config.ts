// SPDX-License-Identifier: GPL-2.0-only
/** The tests that build kernels: minutes of every processor there is. Run by hand, never by CI. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/kernel_builds/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 7_200_000,
    hookTimeout: 7_200_000,
    fileParallelism: false,
  },
});
