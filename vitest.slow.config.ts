// SPDX-License-Identifier: GPL-2.0-only
/** What `npm test` leaves out: all traces by all pairs, long searches, the examples from end to end. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts'],
    setupFiles: ['test/setup.ts'],
    // Files share a worker and what it has loaded: half of the time went into loading it anew.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
