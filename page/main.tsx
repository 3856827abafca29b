// SPDX-License-Identifier: GPL-2.0-only
/** Starts the page: reads the result document it carries, follows links and keeps the address. */

import { render } from 'preact';
import { useCallback, useEffect, useReducer } from 'preact/hooks';
import type { JSX } from 'preact';
import type { ResultDocument } from '../src/result/index.js';
import { App } from './app.js';
import { Model } from './model.js';
import { type Action, formatHash, parseHash, type State, startState, update } from './state.js';

function Page({ model }: { model: Model }): JSX.Element {
  const reduce = useCallback(
    (state: State, action: Action) => update(model, state, action),
    [model],
  );
  const [state, act] = useReducer(reduce, startState(model, location.hash));
  useEffect(() => {
    const follow = () => {
      const place = parseHash(model, location.hash);
      if (!place) return;
      act({ kind: 'open', place });
      document.getElementById('replay-name')?.scrollIntoView({ block: 'nearest' });
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [model]);
  return <App model={model} state={state} act={(action) => moved(act, model, state, action)} />;
}

/** A move within the page also names itself in the address, so that it can be sent to somebody. */
function moved(act: (action: Action) => void, model: Model, state: State, action: Action): void {
  act(action);
  if (action.kind !== 'move' || state.replay === undefined) return;
  const { op } = update(model, state, action);
  history.replaceState(null, '', formatHash(model, { replay: state.replay, op }));
}

const data = document.getElementById('result');
const root = document.getElementById('app');
if (data && root) {
  const model = new Model(JSON.parse(data.textContent ?? '') as ResultDocument);
  root.textContent = '';
  render(<Page model={model} />, root);
  if (location.hash !== '') document.getElementById('traces')?.scrollIntoView();
}
