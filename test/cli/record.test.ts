// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, run, textOf } from './run.js';

describe('record', () => {
  it('refuses before it boots anything: an output that is there, an initramfs that is not', () => {
    const folder = folderWith({ 'out.json': 'old' });
    const out = join(folder, 'out.json');
    const init = join(folder, 'none.cpio');
    const { code, err } = run(['record', 'vmlinuz', '--out', out, '--init', init]);
    expect([code, err]).toEqual([
      2,
      `${out}: is there already; --force replaces it\n${init}: cannot read: no such file or directory\n`,
    ]);
    expect(textOf(folder, 'out.json')).toBe('old');
  });

  it('wants to know where the trace goes', () => {
    const { code, err } = run(['record', 'vmlinuz']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: required option '--out <file>' not specified$/m);
  });
});
