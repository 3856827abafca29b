// SPDX-License-Identifier: GPL-2.0-only
/** The commits of a series, each with what it came to. */

import type { JSX } from 'preact';
import type { SeriesCommit } from '../src/result/index.js';
import type { Model } from './model.js';
import { Verdict } from './verdict.js';

export function Series({ model }: { model: Model }): JSX.Element | null {
  const { series } = model.document;
  if (!series) return null;
  const { tree, range, compiler, config, emulator, bisected, commits } = series;
  return (
    <section aria-labelledby="series">
      <h2 id="series">Commit by commit</h2>
      <p>
        <code>{range}</code> of <code>{tree}</code>, compiled by {compiler}
        {config !== undefined && `, configured by ${config}`}
        {emulator !== undefined && `, booted under ${emulator}`}.{' '}
        {bisected
          ? 'Bisected: what was not judged was not needed.'
          : 'Each commit is compared with the one before it that was built.'}
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="Commits">
        <table>
          <thead>
            <tr>
              <th scope="col">verdict</th>
              <th scope="col">commit</th>
              <th scope="col">subject</th>
            </tr>
          </thead>
          <tbody>
            {commits.map((commit) => (
              <CommitRow key={commit.commit} commit={commit} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function CommitRow({
  commit: { commit, subject, verdict, reason, seen },
}: {
  commit: SeriesCommit;
}): JSX.Element {
  return (
    <tr>
      <td>
        <Verdict verdict={verdict} />
      </td>
      <td>
        <code>{commit}</code>
      </td>
      <td>
        {subject}
        {reason !== undefined && <small>{reason}</small>}
        {seen && <pre>{seen.join('\n')}</pre>}
      </td>
    </tr>
  );
}
