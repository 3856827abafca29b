// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BASELINE, folderWith, run, textOf } from './run.js';

const BUSY = 'traces/findings/unshare-hyp-busy-or-refused.json';

describe('--report html', () => {
  it('writes the page beside the text, with evidence of single operations', () => {
    const folder = folderWith();
    const { code } = run(['replay', BUSY, '--report', `html=${join(folder, 'a.html')}`]);
    expect(code).toBe(1);
    const page = textOf(folder, 'a.html');
    expect(page).toContain('Content-Security-Policy');
    expect(page).toContain('"evidence"');
  });

  it('replaces no file unless it is told to', () => {
    const folder = folderWith({ 'a.html': 'mine' });
    const report = `html=${join(folder, 'a.html')}`;
    expect(run(['replay', BUSY, '--report', report]).code).toBe(2);
    expect(textOf(folder, 'a.html')).toBe('mine');
    expect(run(['replay', BUSY, '--report', report, '--force']).code).toBe(1);
  });
});

describe('report', () => {
  it('makes the same page of a saved result', () => {
    const folder = folderWith();
    const at = (name: string) => join(folder, name);
    const saved = ['replay', BUSY, '--baseline', BASELINE, '--evidence'];
    run([...saved, '--report', `json=${at('a.json')}`, '--report', `html=${at('a.html')}`]);
    const { code, err } = run(['report', at('a.json'), '--report', `html=${at('b.html')}`]);
    expect([code, err]).toEqual([0, '']);
    const withoutListed = (page: string) => page.replace(/"tracesListed":"\w+"/, '');
    expect(withoutListed(textOf(folder, 'b.html'))).toBe(withoutListed(textOf(folder, 'a.html')));
  });

  it('makes a page without single traces of a result that has none', () => {
    const folder = folderWith();
    const at = (name: string) => join(folder, name);
    run(['replay', BUSY, '--report', `json=${at('a.json')}`]);
    expect(run(['report', at('a.json'), '--report', `html=${at('a.html')}`]).code).toBe(0);
    expect(textOf(folder, 'a.html')).not.toContain('"evidence"');
  });

  it('prints text if no report is asked for', () => {
    const folder = folderWith();
    const file = join(folder, 'a.json');
    run(['replay', BUSY, '--report', `json=${file}`]);
    const { code, out } = run(['report', file]);
    expect(code).toBe(0);
    expect(out).toContain('1 new');
  });

  it.each([
    ['{', 'JSON'],
    ['{"format": "pkvm-result/1"}', 'no result: '],
    ['[]', 'no result: '],
  ])('takes %j for no result', (text, message) => {
    const folder = folderWith({ 'a.json': text });
    const { code, out, err } = run(['report', join(folder, 'a.json')]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('says which file is not there', () => {
    expect(run(['report', 'nothing.json'])).toMatchObject({ code: 2, out: '' });
  });
});
