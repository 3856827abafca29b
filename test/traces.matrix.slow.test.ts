// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { transitionMatrix } from '../scripts/transition-matrix.js';
import { traceToJson } from '../src/trace/index.js';

const FOLDER = fileURLToPath(new URL('../traces/operations/transitions', import.meta.url));
const { traces, leftOut } = transitionMatrix();

describe('the files of traces/operations/transitions', () => {
  it.each(traces.map((trace) => [trace.name, trace] as const))('%s', async (name, trace) => {
    await expect(traceToJson(trace)).toMatchFileSnapshot(`${FOLDER}/${name}.json`);
  });

  it('are all generated', async () => {
    const names = (await readdir(FOLDER)).sort();
    expect(names).toEqual(traces.map(({ name }) => `${name}.json`).sort());
  });
});

describe('the matrix', () => {
  it('leaves out the states in which implementations differ', () => {
    const cells = leftOut.map(({ debug, state }) => `debug ${debug ? 'on' : 'off'}: ${state}`);
    expect(new Set(leftOut.map(({ op }) => op))).toEqual(new Set(['__pkvm_host_unshare_hyp']));
    expect(cells.sort()).toEqual([
      'debug off: host SHARED_OWNED, hyp NOPAGE',
      'debug off: host SHARED_OWNED, hyp NOPAGE, referenced',
      'debug off: host SHARED_OWNED, hyp OWNED',
      'debug off: host SHARED_OWNED, hyp OWNED, referenced',
      'debug on: host SHARED_OWNED, hyp NOPAGE, referenced',
      'debug on: host SHARED_OWNED, hyp OWNED, referenced',
    ]);
  });

  it('has every other state of host and hyp once for each operation', () => {
    for (const name of ['share-hyp', 'donate-hyp', 'hyp-donate-host', 'share-ffa', 'unshare-ffa']) {
      for (const suffix of ['', '-debug']) {
        const cells = ['reachable', 'constructed'].flatMap((kind) => {
          const trace = traces.find((t) => t.name === `${name}-page-${kind}${suffix}`);
          return (trace?.source ?? []).flatMap(({ comment }) => comment ?? []);
        });
        expect(new Set(cells).size, name).toBe(24);
        expect(cells, name).toHaveLength(24);
      }
    }
  });
});
