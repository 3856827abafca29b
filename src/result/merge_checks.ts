// SPDX-License-Identifier: GPL-2.0-only
/** Whether result documents are parts of one whole: none missing, none doubled, none of another. */

import type { Problem } from '../input/problem.js';
import { certificateProblems } from './merge_certificates.js';
import type { Part } from './part.js';
import type { Campaign, ResultDocument } from './types.generated.js';

/** Why the parts cannot be joined. */
export function mergeProblems(parts: readonly Part[]): Problem[] {
  const [first, ...rest] = parts;
  const problems = [
    ...rest.flatMap((part) => differences(part, first)),
    ...certificateProblems(parts),
  ];
  const hasCampaign = parts.filter(({ document }) => document.campaign !== undefined);
  if (hasCampaign.length === parts.length) return [...problems, ...shardProblems(parts)];
  for (const { file } of hasCampaign) {
    problems.push({ file, message: 'is of a fuzzing campaign, others are not' });
  }
  return hasCampaign.length > 0 ? problems : [...problems, ...doubled(parts)];
}

/** What all parts must have in common, by its name. */
function commonOf({ tool, level, pairs, campaign }: ResultDocument): [string, string][] {
  const common: [string, string][] = [
    ['version', tool.version],
    ['level', level],
  ];
  if (campaign === undefined) return common;
  const { seed, misuse, corpus, limits } = campaign;
  return [
    ...common,
    ['pair', pairs.map(({ first, second }) => `${first},${second}`).join(' ')],
    ['seed', String(seed)],
    ['misuse', String(misuse)],
    ['corpus', `${corpus.digest} of ${corpus.traces} traces`],
    ['limits', JSON.stringify(limits)],
    ['number of shards', String(campaign.shards[0].of)],
  ];
}

function differences({ file, document }: Part, first: Part): Problem[] {
  const theirs = new Map(commonOf(first.document));
  return commonOf(document).flatMap(([name, value]) => {
    const other = theirs.get(name);
    if (other === undefined || other === value) return [];
    return [{ file, message: `another ${name} than in ${first.file}: ${value}, there ${other}` }];
  });
}

function shardProblems(parts: readonly Part[]): Problem[] {
  const problems: Problem[] = [];
  const files = new Map<number, string>();
  let of = 1;
  for (const { file, document } of parts) {
    for (const shard of (document.campaign as Campaign).shards) {
      const other = files.get(shard.index);
      if (other !== undefined) {
        problems.push({ file, message: `shard ${shard.index} is in ${other} too` });
      }
      files.set(shard.index, file);
      of = Math.max(of, shard.of);
    }
  }
  const missing: string[] = [];
  for (let index = 1; index <= of; index++) if (!files.has(index)) missing.push(`${index}/${of}`);
  if (missing.length > 0) {
    problems.push({ file: parts[0].file, message: `missing: shard ${missing.join(', ')}` });
  }
  return problems;
}

/** One run joined to itself would be counted twice. */
function doubled(parts: readonly Part[]): Problem[] {
  const files = new Map<string, string>();
  return parts.flatMap(({ file, document }) => {
    const { pairs, counts, debug, traces, certificates } = document;
    // That one is in two is a problem of its own, told better.
    if (certificates !== undefined) return [];
    const text = JSON.stringify([pairs, counts, debug, traces]);
    const other = files.get(text);
    files.set(text, file);
    return other === undefined ? [] : [{ file, message: `the same as ${other}` }];
  });
}
