// SPDX-License-Identifier: GPL-2.0-only
import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { COMMANDS, parseLine } from '../../src/step/commands.js';
import { clip, drawScreen } from '../../src/step/screen.js';
import { act, START } from '../../src/step/state.js';
import { Walker } from '../../src/step/walker.js';
import { bundled, implementation } from '../explain/support.js';

const plain = new Chalk({ level: 0 });
const SIZE = { columns: 80, rows: 24 };

function walkerOf(path: string): Walker {
  const trace = bundled(path);
  const { nvhe_el2_debug } = trace.machine;
  return new Walker(trace, implementation('legacy'), implementation('direct'), nvhe_el2_debug);
}

/** The screen after commands. */
function screen(walker: Walker, lines: readonly string[], size = SIZE): readonly string[] {
  const state = lines.reduce((before, line) => act(before, parseLine(line), walker.facts), START);
  return drawScreen(walker, state, size, plain).lines;
}

const BUSY = walkerOf('findings/unshare-hyp-busy-or-refused.json');

describe('the screen', () => {
  const views = ['o', 'j', 'e', '?', 't hyp', 't host', 't 0x1000', 'p 0x40100', 'p 0xffffff'];

  it.each(views)('fits 80 x 24 at every operation: %s', (view) => {
    for (let at = -1; at < BUSY.trace.ops.length; at++) {
      const lines = screen(BUSY, [`g ${at}`, view]);
      expect(lines).toHaveLength(24);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('fits a terminal too small for it', () => {
    const lines = screen(BUSY, ['d'], { columns: 20, rows: 7 });
    expect(lines).toHaveLength(7);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
  });

  it('shows the keys', () => {
    const keys = screen(BUSY, []).at(-1);
    for (const { key, label } of COMMANDS) if (label) expect(keys).toContain(`${key}:${label}`);
  });

  it('shows the divergence, both outcomes and where we are', () => {
    const text = screen(BUSY, ['d']).join('\n');
    expect(text).toContain('> !  6  __pkvm_host_unshare_hyp(pfn=0x40100) = -EBUSY | -EPERM');
    expect(text).toContain('outcome differs');
    expect(text).toContain('host SHARED_OWNED, hyp NOPAGE, refcount 1');
  });

  it('shows a page before and after the operation', () => {
    const text = screen(BUSY, ['n']).join('\n');
    expect(text).toContain('before: host OWNED, hyp NOPAGE, refcount 0');
    expect(text).toContain('after:  host SHARED_OWNED, hyp SHARED_BORROWED, refcount 0');
  });

  it('shows the leaves of a table', () => {
    expect(screen(BUSY, ['n', 't hyp']).join('\n')).toContain(
      '0x100040100 +1 level 3 -> 0x40100 rw- SHARED_BORROWED',
    );
  });

  it('says how much is left below, and stops scrolling at the end', () => {
    const state = { ...START, at: 6, panel: { kind: 'explain' } as const, scroll: 10_000 };
    const { lines, scroll } = drawScreen(BUSY, state, SIZE, plain);
    expect(scroll).toBeLessThan(200);
    expect(lines.join('\n')).toContain('TLB invalidations');
    expect(screen(BUSY, ['d', 'e']).join('\n')).toMatch(/-- \d+ more lines below -/);
  });
});

describe('a walker', () => {
  it('is at the same state whichever way it came', () => {
    const forth = BUSY.pageAround(4, 0x40100);
    BUSY.machinesAt(6);
    expect(BUSY.pageAround(4, 0x40100)).toEqual(forth);
  });
});

describe('clip', () => {
  it('does not count colours', () => {
    const red = new Chalk({ level: 1 }).red('abcdef');
    expect(clip(red, 3)).toBe(new Chalk({ level: 1 }).red('abc'));
  });
});
