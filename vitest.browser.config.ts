// SPDX-License-Identifier: GPL-2.0-only
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A key pressed while the page still moves the focus can be lost on a busy machine.
    retry: 2,
    expect: { poll: { timeout: 5_000 } },
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
