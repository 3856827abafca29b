// SPDX-License-Identifier: GPL-2.0-only
/**
 * The layout of the state machine. Nearly every operation leads from or to one state (the host has the
 * page for itself), so it is drawn as hubs: a state, its neighbours beside it, and a lane for each
 * operation between the two. What does not touch a hub goes to the next one. No lane crosses another,
 * and every one has room for its name.
 */

import type { MachineEdge, MachineState } from './met.js';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly hub: number;
  readonly spoke: number;
  /** Least height of a box: all its words must fit. */
  readonly least: number;
}

export const WIDE: Size = { width: 600, hub: 160, spoke: 160, least: 56 };
export const NARROW: Size = { width: 352, hub: 96, spoke: 100, least: 92 };

export const LANE = 36;
const GAP = 12;

export interface Lane {
  readonly edge: MachineEdge;
  /** Towards the neighbour; false: towards the hub. */
  readonly isOutward: boolean;
  readonly y: number;
}

export interface Spoke {
  readonly state: MachineState;
  readonly top: number;
  readonly height: number;
  readonly lanes: readonly Lane[];
}

export interface Hub {
  readonly state: MachineState;
  readonly height: number;
  readonly spokes: readonly Spoke[];
}

/** Each edge once; hubs with the most edges first. */
export function hubsOf(edges: readonly MachineEdge[], { least }: Size): Hub[] {
  const hubs: Hub[] = [];
  let left = edges;
  while (left.length > 0) {
    const state = busiest(left);
    const isHere = ({ from, to }: MachineEdge) => from.key === state.key || to.key === state.key;
    hubs.push(hubOf(state, left.filter(isHere), least));
    left = left.filter((edge) => !isHere(edge));
  }
  return hubs;
}

function busiest(edges: readonly MachineEdge[]): MachineState {
  const counts = new Map<string, { state: MachineState; edges: number }>();
  for (const { from, to } of edges) {
    for (const state of [from, to]) {
      const edgesThere = counts.get(state.key)?.edges ?? 0;
      counts.set(state.key, { state, edges: edgesThere + 1 });
    }
  }
  return [...counts.values()].reduce((a, b) => (b.edges > a.edges ? b : a)).state;
}

function hubOf(state: MachineState, edges: readonly MachineEdge[], least: number): Hub {
  const spokes: Spoke[] = [];
  let top = 0;
  for (const [other, own] of byNeighbour(state, edges)) {
    const height = Math.max(least, own.length * LANE);
    const start = top + (height - own.length * LANE) / 2;
    spokes.push({
      state: other,
      top,
      height,
      lanes: own.map((edge, i) => ({
        edge,
        isOutward: edge.from.key === state.key,
        y: start + (i + 0.5) * LANE,
      })),
    });
    top += height + GAP;
  }
  return { state, height: top - GAP, spokes };
}

/** The edges of a hub by what is at their other end: most pages first, outward ones first. */
function byNeighbour(
  hub: MachineState,
  edges: readonly MachineEdge[],
): [MachineState, MachineEdge[]][] {
  const groups = new Map<string, [MachineState, MachineEdge[]]>();
  for (const edge of edges) {
    const other = edge.from.key === hub.key ? edge.to : edge.from;
    const group = groups.get(other.key);
    if (group) group[1].push(edge);
    else groups.set(other.key, [other, [edge]]);
  }
  const isInward = ({ to }: MachineEdge) => Number(to.key === hub.key);
  const pages = (own: readonly MachineEdge[]) => own.reduce((sum, { count }) => sum + count, 0);
  for (const [, own] of groups.values()) {
    own.sort((a, b) => isInward(a) - isInward(b) || b.count - a.count);
  }
  return [...groups.values()].sort(([, a], [, b]) => pages(b) - pages(a));
}

/** Pixels: 1.5 for one page, 1.5 more for each power of ten. */
export function thickness(count: number): number {
  return 1.5 + 1.5 * Math.log10(count);
}
