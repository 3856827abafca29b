// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN, run, save } from './helpers.js';

interface Recording {
  name: string;
  results: Record<string, (number | string)[]>;
  state: Record<string, { vmemmap: (number | string)[][] }>;
}

/** The first recordings of a file, changed by hand before they are saved. */
function doctored(lines: number, change: (recordings: Recording[]) => void): string {
  const text = readFileSync(join(GOLDEN, 'core.jsonl'), 'utf8');
  const recordings: Recording[] = text
    .split('\n')
    .slice(0, lines)
    .map((line) => JSON.parse(line));
  change(recordings);
  return save('r.jsonl', recordings.map((recording) => JSON.stringify(recording)).join('\n'));
}

describe('conform', () => {
  it('passes recordings of the kernel code, and says how many for each implementation', async () => {
    const input = doctored(3, () => {});
    const { code, out, err } = await run(['conform', input]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      'legacy: 3 passed, 0 failed\ndirect: 3 passed, 0 failed\nlegacy-before-fix: 3 passed, 0 failed\n',
    );
  });

  it('shows a result that differs as a diff, with the operation, and ends with 1', async () => {
    let name = '';
    const input = doctored(3, (recordings) => {
      const [, recording] = recordings;
      name = recording.name;
      recording.results = { legacy: recording.results.legacy };
      recording.results.legacy[0] = recording.results.legacy[0] === -22 ? 0 : -22;
    });
    const { code, out, err } = await run(['conform', input]);
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain(`${input}:2: ${name}: op 0: `);
    expect(out).toMatch(/--- recorded\n +\+\+\+ legacy\n +@@.*@@\n +-(-EINVAL|0)\n +\+\S+\n/);
    expect(out).toMatch(/^legacy: 2 passed, 1 failed$/m);
  });

  it('shows the word of the state that differs, and nothing of what does not', async () => {
    const input = doctored(2, (recordings) => {
      for (const state of Object.values(recordings[0].state)) state.vmemmap[0][3] = 77;
    });
    const { code, out } = await run(['conform', input]);
    expect(code).toBe(1);
    expect(out).toContain('final state');
    expect(out.match(/^ +-vmemmap .*,77,.*$/gm)).toHaveLength(2);
    expect(out.match(/^ +[-+][^-+]/gm)).toHaveLength(4);
  });

  it('shows every recording that fails', async () => {
    const input = doctored(4, (recordings) => {
      for (const { state } of recordings) state.legacy.vmemmap[0][3] = 77;
    });
    const { out } = await run(['conform', input]);
    expect(out.match(/^ +\+\+\+ legacy$/gm)).toHaveLength(4);
    const lines = [1, 2, 3, 4].map((line) => `${input}:${line}: `);
    for (const line of lines) expect(out).toContain(line);
    expect(out).toMatch(/^legacy: 0 passed, 4 failed$/m);
  });

  it('has a problem with a trace that is no recording, and with one of the wrong length', async () => {
    const input = doctored(2, ([first, second]) => {
      Reflect.deleteProperty(first, 'results');
      second.results.legacy.splice(1);
    });
    const { code, out, err } = await run(['conform', input]);
    expect(code).toBe(2);
    expect(err).toMatch(/r\.jsonl:1:1: missing `results`$/m);
    expect(err).toMatch(
      /r\.jsonl:2:\d+: \d+ results for \d+ operations \(at \/results\/legacy\)$/m,
    );
    expect(out).toMatch(/^legacy: 0 passed, 0 failed$/m);
  });

  it('goes on after a broken line', async () => {
    const input = doctored(2, () => {});
    save('r.jsonl', `{\n${readFileSync(input, 'utf8')}`);
    const { code, out } = await run(['conform', input]);
    expect(code).toBe(2);
    expect(out).toMatch(/^direct: 2 passed, 0 failed$/m);
  });
});
