// SPDX-License-Identifier: GPL-2.0-only
/** The states of a page that replays met, and the operations that led from one to another. */

import { PANICS } from '../outcomes.js';
import type { Filters } from '../filter.js';
import type { Model, OpView, PageState, Place, ReplayView, ReplayVerdict } from '../model.js';
import { type Owner, ownerOf } from '../ownership.js';

/** Host x hyp x shared with. */
export interface MachineState {
  readonly key: string;
  readonly host: string;
  readonly hyp: string;
  /** `hyp`, `guest`, `hyp and guest`, `FF-A` or `nobody`. */
  readonly sharedWith: string;
  readonly owner: Owner;
}

export interface MachineEdge {
  readonly from: MachineState;
  readonly to: MachineState;
  readonly op: string;
  /** Pages that it took there, on either side; once where both did the same. */
  readonly count: number;
  /** The worst that came of one of these operations. */
  readonly verdict: ReplayVerdict;
  /** Where it is met after the fewest operations, of those with that verdict. */
  readonly witness: Place;
}

/**
 * What pages went through. Constructed traces are left out, for what they show need not be reachable,
 * and so are operations that panic: nothing runs after those.
 */
export function edgesMet(model: Model, filters: Filters): MachineEdge[] {
  const met = new Map<string, MachineEdge>();
  for (const replay of model.replays) {
    if (replay.constructed) continue;
    if (filters.pair !== '' && filters.pair !== String(replay.pair)) continue;
    for (const change of changesOf(model, replay)) {
      if (filters.op === '' || filters.op === change.op) add(met, change);
    }
  }
  return [...met.values()].sort((a, b) => compare(a.op, b.op));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const WORSE: readonly ReplayVerdict[] = ['equal', 'known', 'new'];

function add(met: Map<string, MachineEdge>, edge: MachineEdge): void {
  const key = `${edge.from.key} > ${edge.to.key} ${edge.op}`;
  const known = met.get(key);
  if (!known) {
    met.set(key, edge);
    return;
  }
  const rank = WORSE.indexOf(edge.verdict) - WORSE.indexOf(known.verdict);
  const isBetter = rank > 0 || (rank === 0 && edge.witness.op < known.witness.op);
  const { verdict, witness } = isBetter ? edge : known;
  met.set(key, { ...known, count: known.count + edge.count, verdict, witness });
}

function changesOf(model: Model, replay: ReplayView): MachineEdge[] {
  const byIndex = new Map(replay.ops.map((op) => [op.index, op]));
  return replay.pages.flatMap(({ cells }) => {
    const changes: MachineEdge[] = [];
    for (let i = 3; i + 2 < cells.length; i += 3) {
      const op = byIndex.get(cells[i]);
      if (!op) continue;
      const witness = { replay: replay.id, op: op.index };
      const sides = [1, 2].flatMap((side) => {
        if (PANICS.has(op.outcomes[side - 1])) return [];
        const from = stateOf(model.state(cells[i - 3 + side]));
        const to = stateOf(model.state(cells[i + side]));
        return from && to && from.key !== to.key ? [{ from, to }] : [];
      });
      const [first, second] = sides;
      const isSame = second && first.from.key === second.from.key && first.to.key === second.to.key;
      for (const { from, to } of isSame ? [first] : sides) {
        changes.push({ from, to, op: op.name, count: 1, verdict: verdictOf(op), witness });
      }
    }
    return changes;
  });
}

function verdictOf({ buckets }: OpView): ReplayVerdict {
  if (buckets.length === 0) return 'equal';
  return buckets.some(({ verdict }) => verdict === 'new') ? 'new' : 'known';
}

/** undefined where there is no memory. */
function stateOf(state: PageState): MachineState | undefined {
  const { host, hyp, shares } = state;
  if (host === 'none') return undefined;
  const owner = ownerOf(state);
  const sharedWith = sharedWithOf(owner, hyp, shares);
  return { key: `${host} ${hyp} ${sharedWith}`, host, hyp, sharedWith, owner };
}

function sharedWithOf(owner: Owner, hyp: string, shares: number): string {
  if (owner === 'ffa') return 'FF-A';
  const others = [...(hyp === 'SHARED_BORROWED' ? ['hyp'] : []), ...(shares > 0 ? ['guest'] : [])];
  return others.join(' and ') || 'nobody';
}
