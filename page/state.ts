// SPDX-License-Identifier: GPL-2.0-only
/** What the page shows and how that changes. No document, no window here. */

import { causesOf } from '../src/report/causes.js';
import { type Filters, NO_FILTERS } from './filter.js';
import type { Model, Place, ReplayView } from './model.js';

export type Theme = 'auto' | 'light' | 'dark';

export interface State {
  /** The replay looked at; undefined if there is none. */
  readonly replay: number | undefined;
  /** The operation selected, as an index in the trace. */
  readonly op: number;
  /** The row selected. */
  readonly row: number;
  readonly filters: Filters;
  readonly theme: Theme;
  /** Whose coverage is shown. */
  readonly implementation: number;
  /** Replays listed at most. */
  readonly listed: number;
  /** Ids of the causes that are open. */
  readonly open: ReadonlySet<string>;
  /** Causes listed at most, of each verdict. */
  readonly causes: number;
  /** The trace is being played. */
  readonly playing: boolean;
}

export const LISTED_AT_FIRST = 100;
export const CAUSES_AT_FIRST = 50;

export type Action =
  | { readonly kind: 'open'; readonly place: Place }
  | { readonly kind: 'move'; readonly op: number; readonly row: number }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'filter'; readonly filters: Partial<Filters> }
  | { readonly kind: 'theme' }
  | { readonly kind: 'toggle'; readonly id: string; readonly isOpen: boolean }
  | { readonly kind: 'open all' }
  | { readonly kind: 'more causes' }
  | { readonly kind: 'play'; readonly on: boolean }
  | { readonly kind: 'tick' }
  | { readonly kind: 'implementation'; readonly index: number }
  | { readonly kind: 'more' };

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };

/** The page as it is first shown: what the link names, or the first replay. */
export function startState(model: Model, hash: string): State {
  const base: State = {
    replay: model.replays[0]?.id,
    op: 0,
    row: 0,
    filters: NO_FILTERS,
    theme: 'auto',
    implementation: 0,
    listed: LISTED_AT_FIRST,
    open: new Set(openAtFirst(model, hash)),
    causes: CAUSES_AT_FIRST,
    playing: false,
  };
  const first = model.replays[0];
  const start = first ? { ...base, op: firstOf(first) } : base;
  const place = parseHash(model, hash);
  return place ? update(model, start, { kind: 'open', place }) : start;
}

export function update(model: Model, state: State, action: Action): State {
  switch (action.kind) {
    case 'open': {
      const replay = model.replays[action.place.replay];
      if (!replay) return state;
      const op = clampOp(replay, action.place.op);
      return { ...state, replay: replay.id, op, row: 0, playing: false };
    }
    case 'toggle': {
      const open = new Set(state.open);
      if (action.isOpen) open.add(action.id);
      else open.delete(action.id);
      return { ...state, open };
    }
    case 'more causes':
      return { ...state, causes: state.causes + 4 * CAUSES_AT_FIRST };
    case 'open all':
      return { ...state, open: new Set(model.document.buckets.map(({ id }) => id)) };
    case 'play':
      return play(model, state, action.on);
    case 'tick': {
      const replay = state.replay === undefined ? undefined : model.replays[state.replay];
      if (!replay || !state.playing) return state;
      const op = clampOp(replay, state.op + 1);
      return { ...state, op, playing: op < lastOf(replay) };
    }
    case 'move': {
      const replay = state.replay === undefined ? undefined : model.replays[state.replay];
      if (!replay) return state;
      const row = clamp(action.row, 0, Math.max(0, replay.pages.length - 1));
      return { ...state, op: clampOp(replay, action.op), row };
    }
    case 'key': {
      const replay = state.replay === undefined ? undefined : model.replays[state.replay];
      const move = replay && moveOf(state, replay, action.key);
      return move ? update(model, state, move) : state;
    }
    case 'filter':
      return {
        ...state,
        filters: { ...state.filters, ...action.filters },
        listed: LISTED_AT_FIRST,
      };
    case 'theme':
      return { ...state, theme: NEXT_THEME[state.theme] };
    case 'implementation':
      return { ...state, implementation: action.index };
    case 'more':
      return { ...state, listed: state.listed + 10 * LISTED_AT_FIRST };
  }
}

/** Plays on from the operation selected; from the first if that is the last. */
function play(model: Model, state: State, on: boolean): State {
  const replay = state.replay === undefined ? undefined : model.replays[state.replay];
  if (!replay || !on) return { ...state, playing: false };
  const op = state.op >= lastOf(replay) ? firstOf(replay) : state.op;
  return { ...state, op, playing: op < lastOf(replay) };
}

/** The cause that a link names, and the only one there is. */
function openAtFirst({ document }: Model, hash: string): string[] {
  const causes = [...causesOf(document, 'new'), ...causesOf(document, 'known')];
  const only = causes.length === 1 ? [causes[0].bucket.id] : [];
  return [...only, ...(parseCause(hash) ?? [])];
}

/** Keys that move within the picture. */
export const MOVE_KEYS: ReadonlySet<string> = new Set([
  'ArrowRight',
  'ArrowLeft',
  'ArrowDown',
  'ArrowUp',
  'Home',
  'End',
  'n',
  'p',
]);

/** The move that a key stands for; undefined for a key that leads nowhere. */
function moveOf(state: State, replay: ReplayView, key: string): Action | undefined {
  const { op, row } = state;
  switch (key) {
    case 'ArrowRight':
      return { kind: 'move', op: op + 1, row };
    case 'ArrowLeft':
      return { kind: 'move', op: op - 1, row };
    case 'ArrowDown':
      return { kind: 'move', op, row: row + 1 };
    case 'ArrowUp':
      return { kind: 'move', op, row: row - 1 };
    case 'Home':
      return { kind: 'move', op: firstOf(replay), row };
    case 'End':
      return { kind: 'move', op: lastOf(replay), row };
    case 'n':
      return divergence(replay, (index) => index > op, row, 0);
    case 'p':
      return divergence(replay, (index) => index < op, row, -1);
    default:
      return undefined;
  }
}

function divergence(
  replay: ReplayView,
  isThere: (index: number) => boolean,
  row: number,
  at: 0 | -1,
): Action | undefined {
  const found = replay.ops.filter((op) => op.diverged && isThere(op.index)).at(at);
  return found && { kind: 'move', op: found.index, row };
}

/** The link to what is selected: `#trace=name&op=3`. */
export function formatHash(model: Model, place: Place): string {
  const replay = model.replays[place.replay];
  const parameters = new URLSearchParams({ trace: replay.name, op: String(place.op) });
  if (model.isAmbiguous(replay)) {
    parameters.set('pair', replay.names.join(','));
    parameters.set('debug', replay.debug ? 'on' : 'off');
  }
  return `#${parameters}`;
}

/** The id of the element that shows a cause, and the link to it. */
export function causeAnchor(id: string): string {
  return `cause-${id}`;
}

/** The cause that a link names, in a list of one; undefined if it names none. */
export function parseCause(hash: string): [string] | undefined {
  const id = /^#cause-([0-9a-f]{12})$/.exec(hash)?.[1];
  return id === undefined ? undefined : [id];
}

/** What a link names, or undefined if it names nothing that is here. */
export function parseHash(model: Model, hash: string): Place | undefined {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const name = parameters.get('trace');
  if (name === null) return undefined;
  const sides = parameters.get('pair');
  const pair = model.document.pairs.findIndex(
    ({ first, second }) => `${first},${second}` === sides,
  );
  const replay = model.findReplay(name, pair, parameters.get('debug') === 'on');
  if (!replay) return undefined;
  const op = Number(parameters.get('op') ?? Number.NaN);
  const fallback = replay.ops.find(({ diverged }) => diverged)?.index ?? firstOf(replay);
  return { replay: replay.id, op: Number.isInteger(op) ? op : fallback };
}

export function firstOf(replay: ReplayView): number {
  return replay.first;
}

export function lastOf(replay: ReplayView): number {
  return replay.first + Math.max(0, replay.ops.length - 1);
}

function clampOp(replay: ReplayView, op: number): number {
  return clamp(op, firstOf(replay), lastOf(replay));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
