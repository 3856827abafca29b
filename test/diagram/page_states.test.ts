// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generate } from '../../scripts/diagrams.mjs';
import { mermaidOf } from '../../src/diagram/mermaid.js';
import { pageStatesMet, stateKey } from '../../src/diagram/page_states.js';
import { implementation, traceOf } from '../explain/support.js';

const SHARE = { op: '__pkvm_host_share_hyp', pfn: '0x40100' };
const UNSHARE = { op: '__pkvm_host_unshare_hyp', pfn: '0x40100' };

describe('the diagrams of the documentation', () => {
  it('are what replaying the bundled traces meets (npm run diagrams)', async () => {
    for (const [name, text] of await generate()) {
      const file = new URL(`../../docs/diagrams/${name}`, import.meta.url);
      expect(readFileSync(file, 'utf8'), name).toBe(text);
    }
  });
});

describe('pageStatesMet', () => {
  const direct = implementation('direct');

  it('has the states and the operations between them', () => {
    const { states, edges } = pageStatesMet([traceOf([SHARE, UNSHARE])], direct);
    expect(states.map(stateKey)).toEqual(['OWNED, NOPAGE', 'SHARED_OWNED, SHARED_BORROWED']);
    expect(edges.map(({ from, to, ops }) => [stateKey(from), stateKey(to), ops])).toEqual([
      ['OWNED, NOPAGE', 'SHARED_OWNED, SHARED_BORROWED', ['__pkvm_host_share_hyp']],
      ['SHARED_OWNED, SHARED_BORROWED', 'OWNED, NOPAGE', ['__pkvm_host_unshare_hyp']],
    ]);
  });

  it('has no edge for an operation that is refused', () => {
    expect(pageStatesMet([traceOf([UNSHARE])], direct).edges).toEqual([]);
  });

  it('leaves constructed traces out', () => {
    const poked = traceOf([{ op: 'poke', pfn: '0x40100', host_state: 'SHARED_OWNED' }, SHARE]);
    expect(pageStatesMet([poked], direct).states).toEqual([]);
  });

  it('is drawn with every state and edge', () => {
    const text = mermaidOf(pageStatesMet([traceOf([SHARE, UNSHARE])], direct));
    expect(text).toContain(
      'OWNED__NOPAGE --> SHARED_OWNED__SHARED_BORROWED: __pkvm_host_share_hyp',
    );
  });
});
