// SPDX-License-Identifier: GPL-2.0-only
/** The verdict, what it stands on, and the differences by root cause. */

import type { JSX } from 'preact';
import {
  causeText,
  count,
  countLines,
  reasonOf,
  settingText,
  staleTexts,
  verdictText,
} from '../src/report/words.js';
import type { Bucket } from '../src/result/index.js';
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
  const { buckets } = model.document;
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Differences by cause</h2>
      {buckets.length === 0 ? (
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
              {buckets.map((bucket) => (
                <BucketRow key={bucket.id} model={model} bucket={bucket} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function BucketRow({ model, bucket }: { model: Model; bucket: Bucket }): JSX.Element {
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
        <small>{settingText(bucket)}</small>
        {bucket.verdict === 'known' && (
          <small>
            {bucket.entry}: {reasonOf(model.document, bucket)}
          </small>
        )}
      </td>
      <td>{count(bucket.count, 'time')}</td>
      <td>{place ? <a href={formatHash(model, place)}>{name}</a> : name}</td>
    </tr>
  );
}
