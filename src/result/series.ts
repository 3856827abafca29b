// SPDX-License-Identifier: GPL-2.0-only
/** A document of neighbours in a series, with what is known of the series. */

import { resultDocument } from './document.js';
import type { ResultDocument, Series } from './types.generated.js';

/** `joined`: what all neighbours came to. Each ran the same traces, which are counted once. */
export function withSeries(joined: ResultDocument, series: Series, traces: number): ResultDocument {
  const { format: _format, verdict: _verdict, ...contents } = joined;
  const subjects = new Map(series.commits.map(({ commit, subject }) => [commit, subject]));
  return resultDocument({
    ...contents,
    counts: { ...contents.counts, traces },
    implementations: contents.implementations.map((one) => {
      const subject = subjects.get(one.name);
      return subject === undefined ? one : { ...one, description: `${subject}` };
    }),
    series,
  });
}
