// SPDX-License-Identifier: GPL-2.0-only
/** The verdict, what it stands on, and the differences by root cause. */

import type { JSX } from 'preact';
import { type Cause, causesOf, followOnLines, followOnsText } from '../src/report/causes.js';
import { UNDEFINED_TITLE, undefinedTexts } from '../src/report/undefined_text.js';
import {
  causeText,
  count,
  countLines,
  positionText,
  reasonOf,
  staleTexts,
  verdictText,
} from '../src/report/words.js';
import type { Model } from './model.js';
import { Verdict } from './replay.js';
import { formatHash } from './state.js';

export function Overview({ model }: { model: Model }): JSX.Element {
  const { document } = model;
  const stale = staleTexts(document);
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict">
        <Verdict verdict={document.verdict} /> {verdictText(document).replace(/^\w+: /, '')}
      </h2>
      <ul>
        {countLines(document).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <dl class="implementations">
        {document.implementations.map(({ name, description }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
      <Lines title={UNDEFINED_TITLE} lines={undefinedTexts(document)} />
      <Lines title="Stale baseline entries" lines={stale} />
      <Lines
        title="Problems of the input"
        lines={document.problems.map(
          ({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`,
        )}
      />
      <p>
        To reproduce: <code>{document.command.join(' ')}</code>
      </p>
    </section>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="bad">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

export function Buckets({ model }: { model: Model }): JSX.Element {
  const { document } = model;
  const causes = [...causesOf(document, 'new'), ...causesOf(document, 'known')];
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Differences by cause</h2>
      {causes.length === 0 ? (
        <p>None.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Differences by cause">
          <table class="buckets">
            <thead>
              <tr>
                <th scope="col">verdict</th>
                <th scope="col">cause</th>
                <th scope="col">how often</th>
                <th scope="col">shortest example</th>
              </tr>
            </thead>
            <tbody>
              {causes.map((cause) => (
                <CauseRow key={cause.bucket.id} model={model} cause={cause} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function CauseRow({ model, cause }: { model: Model; cause: Cause }): JSX.Element {
  const { bucket, setting } = cause;
  const { example } = bucket;
  const place = model.placeOfBucket(bucket);
  const name = `${example.trace}, op ${example.opIndex}`;
  return (
    <tr>
      <td>
        <Verdict verdict={bucket.verdict} />
      </td>
      <td>
        {causeText(bucket)}
        <small>{setting}</small>
        {bucket.verdict === 'known' && (
          <small>
            {bucket.entry}: {reasonOf(model.document, bucket)}
          </small>
        )}
        <FollowOns cause={cause} />
      </td>
      <td>{count(cause.count, 'time')}</td>
      <td>
        {place ? <a href={formatHash(model, place)}>{name}</a> : name}
        <small>{positionText(bucket)}</small>
      </td>
    </tr>
  );
}

function FollowOns({ cause }: { cause: Cause }): JSX.Element | null {
  const text = followOnsText(cause);
  if (text === undefined) return null;
  return (
    <details>
      <summary>{text}</summary>
      <ul>
        {followOnLines(cause).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
