// SPDX-License-Identifier: GPL-2.0-only
/** The whole page. */

import type { JSX } from 'preact';
import { Certificates } from './certificates.js';
import { Coverage } from './coverage.js';
import type { Model } from './model.js';
import { Buckets, Overview } from './overview.js';
import { Replay } from './replay.js';
import { ReplayList } from './replay_list.js';
import type { Action, State } from './state.js';
import { Theorems } from './theorems.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly act: (action: Action) => void;
}

export function App({ model, state, act }: Props): JSX.Element {
  const replay = state.replay === undefined ? undefined : model.replays[state.replay];
  const { tool } = model.document;
  return (
    <div class={`page theme-${state.theme}`}>
      <header>
        <h1>pKVM trace diff</h1>
        <button type="button" class="theme" onClick={() => act({ kind: 'theme' })}>
          theme: {state.theme}
        </button>
      </header>
      <main>
        <Overview model={model} />
        <Theorems model={model} />
        <Buckets model={model} />
        <Certificates model={model} />
        <section aria-labelledby="traces">
          <h2 id="traces">Traces</h2>
          {replay ? (
            <div class="traces">
              <ReplayList model={model} state={state} act={act} />
              <Replay model={model} state={state} replay={replay} act={act} />
            </div>
          ) : (
            <p class="note">
              This result has no evidence of single traces. A run with{' '}
              <code>--report html=FILE</code> or <code>--evidence</code> keeps it.
            </p>
          )}
        </section>
        <Coverage model={model} state={state} act={act} />
      </main>
      <footer>
        {tool.name} {tool.version}
      </footer>
    </div>
  );
}
