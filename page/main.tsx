// SPDX-License-Identifier: GPL-2.0-only
/** Starts the page: reads the result document it carries, follows links and keeps the address. */

import type { JSX } from 'preact';
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ResultDocument } from '../src/result/index.js';
import { App } from './app.js';
import { Model } from './model.js';
import {
  type Action,
  formatHash,
  parseCause,
  parseHash,
  type State,
  startState,
  update,
} from './state.js';

function Page({ model }: { model: Model }): JSX.Element {
  const [state, show] = useState(() => startState(model, location.hash));
  const act = useMemo(() => actor(model, state, show), [model]);
  useEffect(() => {
    const follow = () => {
      const [cause] = parseCause(location.hash) ?? [];
      if (cause !== undefined) act({ kind: 'toggle', id: cause, isOpen: true });
      const place = parseHash(model, location.hash);
      if (!place) return;
      act({ kind: 'open', place });
      document.getElementById('replay-name')?.scrollIntoView({ block: 'nearest' });
    };
    const openAll = () => act({ kind: 'open all' });
    addEventListener('hashchange', follow);
    addEventListener('beforeprint', openAll);
    return () => {
      removeEventListener('hashchange', follow);
      removeEventListener('beforeprint', openAll);
    };
  }, [model, act]);
  return <App model={model} state={state} act={act} />;
}

/** Actions that select an operation. */
const MOVES: ReadonlySet<Action['kind']> = new Set(['move', 'key', 'tick', 'play']);

/**
 * Takes actions one after the other, each on what the one before it left, whether or not that has been
 * drawn yet. A move also names itself in the address, so that it can be sent to somebody.
 */
function actor(model: Model, start: State, show: (state: State) => void): (action: Action) => void {
  let state = start;
  return (action) => {
    state = update(model, state, action);
    show(state);
    if (!MOVES.has(action.kind)) return;
    if (state.replay === undefined) return;
    history.replaceState(null, '', formatHash(model, { replay: state.replay, op: state.op }));
  };
}

const data = document.getElementById('result');
const root = document.getElementById('app');
if (data && root) {
  const model = new Model(JSON.parse(data.textContent ?? '') as ResultDocument);
  root.textContent = '';
  render(<Page model={model} />, root);
  const section = document.getElementById(location.hash.slice(1));
  if (section) section.scrollIntoView();
  else if (location.hash !== '') document.getElementById('traces')?.scrollIntoView();
}
