// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { NO_FILTERS } from '../../../page/filter.js';
import { hubsOf, thickness, WIDE } from '../../../page/machine/hubs.js';
import { edgesMet } from '../../../page/machine/met.js';
import { Model } from '../../../page/model.js';
import { documentOf, exampleDocument, hostileTrace, parseTrace } from '../documents.js';

/** Share, pin, unshare through FF-A, donate, take back, share through FF-A; then refused. */
const MODEL = new Model(documentOf([hostileTrace()]));
const EDGES = edgesMet(MODEL, NO_FILTERS);

describe('the states of a page', () => {
  it('are joined by the operations that led from one to another', () => {
    const steps = EDGES.map(({ op, from, to }) => [op, from.key, to.key]);
    expect(steps).toEqual([
      ['__pkvm_host_donate_hyp', 'OWNED SHARED_BORROWED hyp', 'NOPAGE OWNED nobody'],
      ['__pkvm_host_share_ffa', 'OWNED NOPAGE nobody', 'SHARED_OWNED NOPAGE FF-A'],
      ['__pkvm_host_share_hyp', 'OWNED NOPAGE nobody', 'SHARED_OWNED SHARED_BORROWED hyp'],
      ['__pkvm_host_unshare_ffa', 'SHARED_OWNED SHARED_BORROWED hyp', 'OWNED SHARED_BORROWED hyp'],
      ['__pkvm_hyp_donate_host', 'NOPAGE OWNED nobody', 'OWNED NOPAGE nobody'],
    ]);
  });

  it('lead to where a step is met', () => {
    for (const { op, witness } of EDGES) {
      const { ops } = MODEL.replays[witness.replay];
      expect(ops.find(({ index }) => index === witness.op)?.name).toBe(op);
    }
  });

  it('leave out constructed traces and operations that panic', () => {
    const poked = parseTrace({
      format: 'pkvm-trace/1',
      name: 'poked',
      ops: [
        { op: 'poke', pfn: '0x40100', host_state: 'SHARED_OWNED' },
        { op: '__pkvm_host_unshare_ffa', pfn: '0x40100', nr_pages: 1 },
      ],
    });
    expect(edgesMet(new Model(documentOf([poked])), NO_FILTERS)).toEqual([]);
    const all = new Model(exampleDocument());
    for (const { witness } of edgesMet(all, NO_FILTERS)) {
      const replay = all.replays[witness.replay];
      expect(replay.constructed).toBe(false);
      const outcomes = replay.ops.find(({ index }) => index === witness.op)?.outcomes ?? [];
      expect(outcomes.every((outcome) => outcome === 'WARN')).toBe(false);
    }
  });

  it('count a page for each time and each side that does something of its own', () => {
    const twice = new Model(documentOf([hostileTrace(), { ...hostileTrace(), name: 'again' }]));
    expect(edgesMet(twice, NO_FILTERS).map(({ count }) => count)).toEqual(
      EDGES.map(({ count }) => 2 * count),
    );
  });

  it('are filtered by operation and pair', () => {
    const op = '__pkvm_host_donate_hyp';
    expect(edgesMet(MODEL, { ...NO_FILTERS, op }).map((edge) => edge.op)).toEqual([op]);
    expect(edgesMet(MODEL, { ...NO_FILTERS, pair: '1' })).toEqual([]);
  });
});

describe('the picture of the states', () => {
  const hubs = hubsOf(EDGES, WIDE);
  const lanes = hubs.flatMap(({ spokes }) => spokes.flatMap((spoke) => spoke.lanes));

  it('has a lane for each edge', () => {
    expect(new Set(lanes.map(({ edge }) => edge))).toEqual(new Set(EDGES));
    expect(lanes).toHaveLength(EDGES.length);
  });

  it('keeps every lane within the box it leads to, and boxes apart', () => {
    for (const { spokes, height } of hubs) {
      spokes.forEach((spoke, i) => {
        for (const { y } of spoke.lanes) {
          expect(y).toBeGreaterThan(spoke.top);
          expect(y).toBeLessThan(spoke.top + spoke.height);
        }
        expect(spoke.top + spoke.height).toBeLessThanOrEqual(spokes[i + 1]?.top ?? height);
      });
    }
  });

  it('draws a lane the thicker the more pages took it', () => {
    expect(thickness(1)).toBe(1.5);
    expect(thickness(1000)).toBeCloseTo(6);
  });
});
