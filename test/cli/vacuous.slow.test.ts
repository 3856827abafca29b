// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { run } from './helpers.js';

it('the bundled traces pass validate --strict', async () => {
  const { code, err } = await run(['validate', '--strict']);
  expect([code, err]).toEqual([0, '']);
});
