// SPDX-License-Identifier: GPL-2.0-only
/** The tests that mutants of `src/direct`, `src/legacy` and `src/compare` are run against. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{direct,legacy,compare}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
