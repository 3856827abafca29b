// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { actionsOf, EXPLORABLE_OPS } from '../../../src/explore/world/actions.js';
import { DEFAULT_WORLD, type WorldOptions } from '../../../src/explore/world/options.js';
import { DEFAULT_MACHINE } from '../../../src/trace/index.js';

const PAGES = [0x40100, 0x40101];
const GFNS = [0x20, 0x21];

function texts(options: Partial<WorldOptions>, pages = PAGES): string[] {
  const all = { ...DEFAULT_WORLD, ...options };
  return actionsOf(all, pages, GFNS, DEFAULT_MACHINE).map(({ text }) => text);
}

describe('the actions of a world', () => {
  it('are one a page for an operation on a page', () => {
    expect(texts({ ops: ['__pkvm_host_share_hyp'] })).toEqual([
      '__pkvm_host_share_hyp(pfn=0x40100)',
      '__pkvm_host_share_hyp(pfn=0x40101)',
    ]);
  });

  it('take ranges of 0 to so many pages, and no page that is memory and not followed', () => {
    const found = texts({ ops: ['__pkvm_host_share_ffa'], ranges: 2 });
    expect(found).toEqual(
      [
        ['0x40100', 0],
        ['0x40100', 1],
        ['0x40100', 2],
        ['0x40101', 0],
        ['0x40101', 1],
      ].map(([pfn, nr]) => `__pkvm_host_share_ffa(pfn=${pfn}, nr_pages=${nr})`),
    );
  });

  it('let ranges run over the end of memory', () => {
    const { pfn, pages } = DEFAULT_MACHINE.memory[0];
    const last = pfn + pages - 1;
    const found = texts({ ops: ['__pkvm_host_share_ffa'], ranges: 2 }, [last]);
    expect(found.at(-1)).toBe(`__pkvm_host_share_ffa(pfn=0x${last.toString(16)}, nr_pages=2)`);
  });

  it('share each page with the guest at each frame, and none without guest frames', () => {
    expect(texts({ ops: ['__pkvm_host_share_guest'] })).toHaveLength(2 * 2);
    expect(texts({ ops: ['__pkvm_host_share_guest'], gfns: 0 })).toEqual([]);
  });

  it('know which pages an action pins', () => {
    const options = {
      ...DEFAULT_WORLD,
      ops: ['hyp_pin_shared_mem', 'hyp_unpin_shared_mem'] as const,
    };
    const pins = actionsOf(options, PAGES, GFNS, DEFAULT_MACHINE).map((action) => action.pins);
    expect(pins).toEqual([[0x40100], [0x40101], [], []]);
  });

  it('are there for every operation that can be explored', () => {
    for (const op of EXPLORABLE_OPS) expect(texts({ ops: [op] }), op).not.toEqual([]);
  });
});
