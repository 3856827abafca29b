// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { folder, run, TRACES } from './helpers.js';

describe('replay', () => {
  it('without inputs takes the bundled traces, from whatever folder', async () => {
    const { out } = await run(['replay', '--quiet'], { cwd: folder() });
    const here = await run(['replay', '--quiet', TRACES]);
    const compared = (text: string) => /^[\d,]+ operations/m.exec(text)?.[0];
    expect(compared(out)).toMatch(/^\d+,\d+ operations$/);
    expect(compared(out)).toBe(compared(here.out));
  });
});
