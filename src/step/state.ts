// SPDX-License-Identifier: GPL-2.0-only
/** Where a walk through a trace is and what it shows; how actions change that. No terminal here. */

/** Page tables that can be shown: of hyp, of the host, or of the VM with a handle. */
export type TableName = 'hyp' | 'host' | number;

/** What the lower part of the screen shows. */
export type Panel =
  | { readonly kind: 'op' }
  | { readonly kind: 'page'; readonly pfn: number }
  | { readonly kind: 'tables'; readonly table: TableName }
  | { readonly kind: 'json' }
  | { readonly kind: 'explain' }
  | { readonly kind: 'help' };

export type Action =
  | { readonly kind: 'move'; readonly by: number }
  | { readonly kind: 'jump'; readonly to: number }
  | { readonly kind: 'divergence'; readonly direction: 1 | -1 }
  | { readonly kind: 'show'; readonly panel: Panel }
  | { readonly kind: 'scroll'; readonly by: number }
  | { readonly kind: 'complain'; readonly message: string }
  | { readonly kind: 'quit' };

export interface StepState {
  /** Index of the operation that has just run; -1 after boot. */
  readonly at: number;
  readonly panel: Panel;
  /** First line of the panel that is shown. */
  readonly scroll: number;
  readonly message: string;
  readonly quit: boolean;
}

/** What the trace itself sets. */
export interface Facts {
  /** Index of the last operation that ran. */
  readonly last: number;
  /** Operations at which the two diverge, ascending. */
  readonly divergent: readonly number[];
}

export const START: StepState = {
  at: -1,
  panel: { kind: 'op' },
  scroll: 0,
  message: '',
  quit: false,
};

/** The state after an action. */
export function act(state: StepState, action: Action, facts: Facts): StepState {
  const calm = { ...state, message: '' };
  switch (action.kind) {
    case 'move':
      return moveTo(calm, state.at + action.by, facts);
    case 'jump':
      return moveTo(calm, action.to, facts);
    case 'divergence':
      return toDivergence(calm, action.direction, facts);
    case 'show':
      return { ...calm, panel: action.panel, scroll: 0 };
    case 'scroll':
      return { ...calm, scroll: Math.max(0, state.scroll + action.by) };
    case 'complain':
      return { ...state, message: action.message };
    case 'quit':
      return { ...calm, quit: true };
  }
}

function moveTo(state: StepState, to: number, facts: Facts): StepState {
  if (to > facts.last) {
    const message = state.at === facts.last ? 'this was the last operation that ran' : '';
    return { ...state, at: facts.last, scroll: 0, message };
  }
  if (to < -1) return { ...state, at: -1, scroll: 0, message: 'this is the machine after boot' };
  return { ...state, at: to, scroll: 0 };
}

function toDivergence(state: StepState, direction: 1 | -1, facts: Facts): StepState {
  const { divergent } = facts;
  const found =
    direction > 0
      ? divergent.find((index) => index > state.at)
      : divergent.findLast((index) => index < state.at);
  if (found !== undefined) return { ...state, at: found, scroll: 0, panel: { kind: 'op' } };
  const where = direction > 0 ? 'after' : 'before';
  return { ...state, message: `no divergence ${where} this operation` };
}
