// SPDX-License-Identifier: GPL-2.0-only
/** Plays a trace: a slider over its operations, and a button that moves it on. */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ReplayView } from '../model.js';
import { type Action, firstOf, lastOf, type State } from '../state.js';

/** Milliseconds an operation is shown. */
const PACE = 900;

interface Props {
  readonly replay: ReplayView;
  readonly state: State;
  readonly act: (action: Action) => void;
}

export function Scrubber({ replay, state, act }: Props): JSX.Element {
  const { playing, op, row } = state;
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => act({ kind: 'tick' }), PACE);
    return () => clearInterval(timer);
  }, [playing, act]);
  const selected = replay.ops.find(({ index }) => index === op);
  const text = selected ? `operation ${op}: ${selected.text}` : '';
  return (
    <div class="scrubber">
      <button type="button" onClick={() => act({ kind: 'play', on: !playing })}>
        {playing ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        aria-label="Operation"
        aria-valuetext={text}
        min={firstOf(replay)}
        max={lastOf(replay)}
        value={op}
        onInput={(event) => {
          act({ kind: 'play', on: false });
          act({ kind: 'move', op: Number(event.currentTarget.value), row });
        }}
      />
      <output>
        {op} of {lastOf(replay)}
      </output>
    </div>
  );
}
