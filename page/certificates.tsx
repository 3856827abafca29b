// SPDX-License-Identifier: GPL-2.0-only
/** What was explored: a certificate for each world, with a shortest trace to each divergence. */

import type { JSX } from 'preact';
import {
  certificateFacts,
  certificateTitle,
  certificateVerdict,
  invariantText,
  outcomeFacts,
  reachableText,
  shortestText,
  standingOf,
} from '../src/report/certificate_words.js';
import { reasonOf } from '../src/report/words.js';
import type { Certificate, CertificateBucket } from '../src/result/index.js';
import type { Model } from './model.js';
import { formatHash } from './state.js';
import { Verdict } from './verdict.js';

export function Certificates({ model }: { model: Model }): JSX.Element | null {
  const { certificates = [] } = model.document;
  if (certificates.length === 0) return null;
  return (
    <section aria-labelledby="certificates">
      <h2 id="certificates">Certificates</h2>
      {certificates.map((certificate) => (
        <OneCertificate
          key={certificateTitle(certificate)}
          model={model}
          certificate={certificate}
        />
      ))}
    </section>
  );
}

const VERDICTS = { good: 'equal', known: 'known', bad: 'new', open: 'inconclusive' } as const;

function OneCertificate({
  model,
  certificate,
}: {
  model: Model;
  certificate: Certificate;
}): JSX.Element {
  const { buckets, invariants = [] } = certificate;
  return (
    <article class="certificate">
      <h3>
        <Verdict verdict={VERDICTS[standingOf(certificate)]} /> {certificateTitle(certificate)}:{' '}
        {certificateVerdict(certificate)}
      </h3>
      <dl class="facts">
        {certificateFacts(certificate).map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {buckets.map((bucket) => (
        <Divergence key={bucket.bucket} model={model} bucket={bucket} />
      ))}
      {invariants.length > 0 && (
        <>
          <h4>Invariants</h4>
          <ul>
            {invariants.map((invariant) => (
              <li key={invariant.name}>
                {invariantText(invariant)}
                <Ops trace={invariant.trace} />
              </li>
            ))}
          </ul>
        </>
      )}
      <details>
        <summary>Outcomes met, by operation</summary>
        <dl class="facts outcomes">
          {outcomeFacts(certificate).map(([op, text]) => (
            <div key={op}>
              <dt>
                <code>{op}</code>
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </details>
    </article>
  );
}

function Divergence({ model, bucket }: { model: Model; bucket: CertificateBucket }): JSX.Element {
  const { document } = model;
  const known = document.buckets.find(({ id }) => id === bucket.id);
  const place = known && model.placeOfBucket(known);
  const reachable = reachableText(bucket);
  return (
    <div class="divergence">
      <p>
        <Verdict verdict={bucket.entry === undefined ? 'new' : 'known'} /> {bucket.bucket}
        {bucket.entry !== undefined && (
          <small>
            {bucket.entry}: {reasonOf(document, bucket)}
          </small>
        )}
      </p>
      <p>
        {shortestText(bucket)}
        {place && (
          <>
            {' '}
            (<a href={formatHash(model, place)}>look at it</a>)
          </>
        )}
        :
      </p>
      <Ops trace={bucket.trace} />
      {reachable !== undefined && <p>{reachable}</p>}
      <Ops trace={bucket.bootTrace} />
    </div>
  );
}

function Ops({ trace = [] }: { trace?: readonly string[] | undefined }): JSX.Element | null {
  if (trace.length === 0) return null;
  return (
    <ol>
      {trace.map((op, i) => (
        <li key={`${i} ${op}`}>
          <code>{op}</code>
        </li>
      ))}
    </ol>
  );
}
