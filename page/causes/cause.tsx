// SPDX-License-Identifier: GPL-2.0-only
/** What is known of one cause, in the order in which a reader asks for it. */

import type { ComponentChildren, JSX } from 'preact';
import { Fragment } from 'preact';
import { type Cause, followOnLines, followOnsText } from '../../src/report/causes.js';
import { entryOf, positionText, reasonOf } from '../../src/report/words.js';
import type { Bucket } from '../../src/result/index.js';
import type { Model, OpView, Place } from '../model.js';
import { formatHash } from '../state.js';
import { treeLines, wayTo } from './functions.js';
import { firstCommitText, sideArgument } from '../../src/report/series_text.js';
import { explainCommand, replayCommand } from './sentence.js';
import { Strip } from './strip.js';

interface Props {
  readonly model: Model;
  readonly cause: Cause;
}

export function CauseBody({ model, cause }: Props): JSX.Element {
  const { bucket, setting, confirmations } = cause;
  const { example } = bucket;
  const first = firstCommitText(model.document, cause.buckets);
  const place = model.placeOfBucket(bucket);
  const op =
    place && model.replays[place.replay].ops.find(({ index }) => index === example.opIndex);
  return (
    <div class="cause-body">
      <Outcomes bucket={bucket} />
      <dl class="facts">
        {first !== undefined && <Fact name="commit">{first}</Fact>}
        <Fact name="met with">{setting}</Fact>
        <Fact name="parted at">
          {positionText(bucket)}: <code>{example.opText}</code>
          {example.before !== undefined && <small>before it, {example.before}</small>}
        </Fact>
        {op && <Functions model={model} bucket={bucket} op={op} />}
        <Differences bucket={bucket} />
        <Reason model={model} bucket={bucket} />
        {confirmations.length > 0 && (
          <Fact name="kernels asked">
            <ul class="plain">
              {confirmations.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      {place && <Trace model={model} place={place} name={example.trace} />}
      <FollowOns cause={cause} />
      <p>
        {first === undefined
          ? 'To see it again, and to see what each side did:'
          : 'To see it again:'}
      </p>
      <pre class="command" tabIndex={0}>
        {replayCommand(bucket, (name) => sideArgument(model.document, name))}
        {first === undefined && `\n${explainCommand(bucket)}`}
      </pre>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Outcomes({ bucket }: { bucket: Bucket }): JSX.Element {
  const { pair, outcomes, expected } = bucket;
  return (
    <ul class="outcomes-two" aria-label="Outcomes">
      {(['first', 'second'] as const).map((side) => (
        <li key={side}>
          <span>{pair[side]}</span> <code>{outcomes[side]}</code>
          {expected?.[side] !== undefined && <small>expected {expected[side]}</small>}
        </li>
      ))}
    </ul>
  );
}

function Functions({
  model,
  bucket,
  op,
}: {
  model: Model;
  bucket: Bucket;
  op: OpView;
}): JSX.Element | null {
  const { explanation } = op;
  if (!explanation) return null;
  const trees = explanation.trees.map((tree) => treeLines(tree, (index) => model.text(index)));
  const ways = trees.map((tree, side) => wayTo(tree, op.outcomes[side], trees[1 - side]));
  if (ways.every((way) => way.length === 0)) return null;
  return (
    <Fact name="C functions">
      {(['first', 'second'] as const).map((side, i) => (
        <div key={side} class="way">
          <span>{bucket.pair[side]}</span>{' '}
          {ways[i].length === 0
            ? 'no function of its own'
            : ways[i].map((name, at) => (
                <Fragment key={`${at} ${name}`}>
                  {at > 0 && <span aria-hidden="true"> {'\u203a'} </span>}
                  <code>{name}()</code>
                </Fragment>
              ))}
        </div>
      ))}
    </Fact>
  );
}

function Differences({ bucket }: { bucket: Bucket }): JSX.Element | null {
  const { differences, moreDifferences } = bucket.example;
  if (differences.length === 0) return null;
  return (
    <Fact name="left behind">
      <ul class="plain">
        {differences.map(({ subject, first, second }) => (
          <li key={subject}>
            {subject}: <del>{first}</del> | <ins>{second}</ins>
          </li>
        ))}
        {moreDifferences > 0 && <li>and {moreDifferences} more</li>}
      </ul>
    </Fact>
  );
}

function Reason({ model, bucket }: { model: Model; bucket: Bucket }): JSX.Element {
  if (bucket.verdict === 'new') return <Fact name="baseline">no entry has it</Fact>;
  const link = entryOf(model.document, bucket)?.link;
  return (
    <Fact name="baseline">
      {reasonOf(model.document, bucket)}
      <small>
        {bucket.entry}
        {isWebAddress(link) && (
          <>
            , <a href={link}>{link}</a>
          </>
        )}
      </small>
    </Fact>
  );
}

/** No other address becomes a link: a baseline may come from anybody. */
function isWebAddress(link: string | undefined): link is string {
  return link !== undefined && /^https?:\/\//.test(link);
}

function Trace({ model, place, name }: { model: Model; place: Place; name: string }): JSX.Element {
  return (
    <figure>
      <figcaption>
        Shortest example: <a href={formatHash(model, place)}>{name}</a>
      </figcaption>
      <Strip model={model} place={place} />
    </figure>
  );
}

function FollowOns({ cause }: { cause: Cause }): JSX.Element | null {
  const text = followOnsText(cause);
  if (text === undefined) return null;
  return (
    <details class="rest">
      <summary>{text}</summary>
      <ul>
        {followOnLines(cause).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
