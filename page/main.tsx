// SPDX-License-Identifier: GPL-2.0-only
/** Starts the page: reads the result document it carries, follows links and keeps the address. */

import type { JSX } from 'preact';
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ResultDocument } from '../src/result/index.js';
import { App } from './app.js';
import { Model } from './model.js';
import { type Action, formatHash, parseHash, type State, startState, update } from './state.js';

function Page({ model }: { model: Model }): JSX.Element {
  const [state, show] = useState(() => startState(model, location.hash));
  const act = useMemo(() => actor(model, state, show), [model]);
  useEffect(() => {
    const follow = () => {
      const place = parseHash(model, location.hash);
      if (!place) return;
      act({ kind: 'open', place });
      document.getElementById('replay-name')?.scrollIntoView({ block: 'nearest' });
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [model, act]);
  return <App model={model} state={state} act={act} />;
}

/**
 * Takes actions one after the other, each on what the one before it left, whether or not that has been
 * drawn yet. A move also names itself in the address, so that it can be sent to somebody.
 */
function actor(model: Model, start: State, show: (state: State) => void): (action: Action) => void {
  let state = start;
  return (action) => {
    state = update(model, state, action);
    show(state);
    if (action.kind !== 'move' && action.kind !== 'key') return;
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
  if (location.hash !== '') document.getElementById('traces')?.scrollIntoView();
}
