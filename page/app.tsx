// SPDX-License-Identifier: GPL-2.0-only
/** The whole page: what is asked first stands first. */

import type { JSX } from 'preact';
import { Causes } from './causes/causes.js';
import { Certificates } from './certificates.js';
import { Coverage } from './coverage.js';
import { First } from './first/first.js';
import { FilterNote, OperationMap } from './first/map.js';
import { PageMachine } from './machine/machine.js';
import type { Model } from './model.js';
import { Run, SeededBugs } from './run.js';
import type { Action, State } from './state.js';
import { Series } from './series.js';
import { Theorems } from './theorems.js';
import { Replay } from './trace/replay.js';
import { ReplayList } from './trace/replay_list.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly act: (action: Action) => void;
}

export function App({ model, state, act }: Props): JSX.Element {
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
        <First model={model} />
        <Series model={model} />
        <OperationMap model={model} state={state} act={act} />
        <FilterNote model={model} state={state} act={act} />
        {isProofOnly(model) ? null : (
          <>
            <Causes model={model} state={state} act={act} />
            <PageMachine model={model} state={state} />
            <Traces model={model} state={state} act={act} />
          </>
        )}
        <Theorems model={model} />
        <Certificates model={model} />
        <SeededBugs model={model} />
        <Coverage model={model} state={state} act={act} />
        <Run model={model} />
      </main>
      <footer>
        {tool.name} {tool.version}
      </footer>
    </div>
  );
}

/** Nothing was replayed or explored for its own sake: there are no differences to show beside the theorems. */
function isProofOnly({ document }: Model): boolean {
  const { theorems = [], certificates = [], counts, buckets } = document;
  const others = counts.traces + counts.replays + certificates.length + buckets.length;
  return theorems.length > 0 && others === 0;
}

function Traces({ model, state, act }: Props): JSX.Element {
  const replay = state.replay === undefined ? undefined : model.replays[state.replay];
  return (
    <section aria-labelledby="traces">
      <h2 id="traces">Traces</h2>
      {replay ? (
        <div class="traces">
          <ReplayList model={model} state={state} act={act} />
          <Replay model={model} state={state} replay={replay} act={act} />
        </div>
      ) : (
        <p class="note">
          This result has no evidence of single traces. A run with <code>--report html=FILE</code>{' '}
          or <code>--evidence</code> keeps it.
        </p>
      )}
    </section>
  );
}
