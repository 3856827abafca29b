// SPDX-License-Identifier: GPL-2.0-only
import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: [
      'test/browser/**',
      'test/kernels/**',
      'test/kernel_builds/**',
      'test/**/*.slow.test.ts',
    ],
    setupFiles: ['test/setup.ts'],
    // Files share a worker and what it has loaded: half of the time went into loading it anew.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
