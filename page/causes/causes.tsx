// SPDX-License-Identifier: GPL-2.0-only
/** The differences by cause, new ones first; a cause opens in place. */

import type { JSX } from 'preact';
import { type Cause, causesOf } from '../../src/report/causes.js';
import { count, number } from '../../src/report/number_words.js';
import { undefinedTexts } from '../../src/report/undefined_text.js';
import { passesCause } from '../filter.js';
import type { Model } from '../model.js';
import { type Action, causeAnchor, type State } from '../state.js';
import { Label, Verdict } from '../verdict.js';
import { CauseBody } from './cause.js';
import { sentenceOf } from './sentence.js';

interface Props {
  readonly model: Model;
  readonly state: State;
  readonly act: (action: Action) => void;
}

const CONSTRUCTED = 'from a trace that sets up its state by hand: the kernel need not get there';
const MISUSE = 'after the hypervisor gave away or let go of a page that it uses itself';
const UNDEFINED = 'what C makes of it depends on addresses or on the layout of a structure';

/** What the kernel gets to by itself first. */
function byReach({ bucket: a }: Cause, { bucket: b }: Cause): number {
  const rank = ({ constructed, misuse }: Cause['bucket']) => (constructed || misuse ? 1 : 0);
  return rank(a) - rank(b);
}

export function Causes({ model, state, act }: Props): JSX.Element {
  const { document } = model;
  const all = [...causesOf(document, 'new'), ...causesOf(document, 'known')];
  const shown = all.filter((cause) => passesCause(cause, document.pairs, state.filters));
  const groups = (['new', 'known'] as const).map(
    (verdict) =>
      [verdict, shown.filter(({ bucket }) => bucket.verdict === verdict).sort(byReach)] as const,
  );
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Differences by cause</h2>
      <p role="status" class="note">
        {all.length === 0
          ? 'None: the two sides agreed wherever they were compared.'
          : shown.length === all.length
            ? `${count(all.length, 'cause')}.`
            : `${number(shown.length)} of ${count(all.length, 'cause')}.`}
      </p>
      {groups.map(([verdict, causes]) => (
        <Group key={verdict} causes={causes} model={model} state={state} act={act} />
      ))}
      <Undefined model={model} />
    </section>
  );
}

function Group({
  causes,
  model,
  state,
  act,
}: Props & { causes: readonly Cause[] }): JSX.Element | null {
  if (causes.length === 0) return null;
  const listed = causes.slice(0, state.causes);
  return (
    <>
      <ul class="causes">
        {listed.map((cause) => (
          <li key={cause.bucket.id}>
            <OneCause cause={cause} model={model} state={state} act={act} />
          </li>
        ))}
      </ul>
      {listed.length < causes.length && (
        <button type="button" class="more" onClick={() => act({ kind: 'more causes' })}>
          Show more of the {number(causes.length)}
        </button>
      )}
    </>
  );
}

function OneCause({ cause, model, state, act }: Props & { cause: Cause }): JSX.Element {
  const { bucket } = cause;
  const isOpen = state.open.has(bucket.id);
  return (
    <details
      class={`cause cause-${bucket.verdict}`}
      id={causeAnchor(bucket.id)}
      open={isOpen}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now !== isOpen) act({ kind: 'toggle', id: bucket.id, isOpen: now });
      }}
    >
      <summary>
        <Verdict verdict={bucket.verdict} /> <code>{bucket.op}</code>{' '}
        <span class="sentence">{sentenceOf(bucket)}</span> <Labels cause={cause} />{' '}
        <span class="times">{count(cause.count, 'time')}</span>
      </summary>
      {isOpen && <CauseBody cause={cause} model={model} />}
    </details>
  );
}

function Labels({ cause: { bucket } }: { cause: Cause }): JSX.Element {
  const isUndefined = Object.values(bucket.outcomes).includes('UNDEFINED');
  return (
    <>
      {bucket.constructed && <Label text="constructed" title={CONSTRUCTED} />}
      {bucket.misuse && <Label text="misuse" title={MISUSE} />}
      {isUndefined && <Label text="undefined" title={UNDEFINED} />}
    </>
  );
}

/** Replays that were compared up to where a side became undefined only. */
function Undefined({ model }: { model: Model }): JSX.Element | null {
  const lines = undefinedTexts(model.document);
  if (lines.length === 0) return null;
  return (
    <details class="rest">
      <summary>
        <Label text="undefined" title={UNDEFINED} /> {lines.at(-1)}
      </summary>
      <ul>
        {lines.slice(0, -1).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
