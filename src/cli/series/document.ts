// SPDX-License-Identifier: GPL-2.0-only
/** The results of all neighbours of a range as one document. */

import { packageVersion } from '../../package/version.js';
import { joinDocuments, type ResultDocument, Tally, withSeries } from '../../result/index.js';
import type { Judged, Range, Tools } from '../../series/index.js';
import type { Baselines } from '../baselines.js';
import type { Context } from '../context.js';
import { withoutReports } from '../reports.js';
import type { SeriesFlags } from './flags.js';

/** What the whole range came to. `fuzzed`: the parts of what was found at random. */
export function seriesDocument(
  { tree, text, base, commits: all }: Range,
  { commits, parts }: Judged,
  fuzzed: readonly ResultDocument[],
  tools: Tools,
  flags: SeriesFlags,
  baselines: Baselines,
  context: Context,
): ResultDocument {
  const command = ['pkvm-tracediff', ...withoutReports(process.argv.slice(2))];
  const found = [...parts, ...fuzzed];
  const joined =
    found.length > 0
      ? joinDocuments(found, command)
      : nothingCompared(base.name, (all.at(-1) ?? base).name, command, flags, baselines);
  const replayed = Math.max(0, ...parts.map(({ counts }) => counts.traces));
  const traces = replayed + (joined.campaign?.runs ?? 0);
  const series = {
    tree,
    range: text,
    ...tools,
    bisected: flags.bisect ?? false,
    commits: [...commits],
  };
  const interrupted = joined.interrupted || context.stopped;
  return withSeries({ ...joined, interrupted }, series, traces);
}

/** No two commits were built, or all that were are the same code. */
function nothingCompared(
  first: string,
  second: string,
  command: readonly string[],
  { compare, debug }: SeriesFlags,
  { known }: Baselines,
): ResultDocument {
  const sides = [first, second].map((name) => ({ name, description: name })) as [
    { name: string; description: string },
    { name: string; description: string },
  ];
  const tool = { name: 'pkvm-tracediff', version: packageVersion() };
  return new Tally({ tool, command, level: compare, debug, pairs: [sides], known }).document();
}
