// SPDX-License-Identifier: GPL-2.0-only
/** What kernels that were asked do where two implementations differ, in words. */

import { printable } from '../input/printable.js';
import type { Bucket } from '../result/index.js';

type Confirmation = NonNullable<Bucket['confirmations']>[number];

/** What was seen comes before what was not asked. */
const ORDER: readonly Confirmation['kind'][] = ['confirmed', 'not confirmed', 'not tried'];

/** A line for each kernel: `confirmed on Linux 6.12.117 under QEMU 7.2: WARN, as legacy`. */
export function confirmationLines(buckets: readonly Bucket[]): string[] {
  const best = new Map<string, { answer: Confirmation; bucket: Bucket }>();
  for (const bucket of buckets) {
    for (const answer of bucket.confirmations ?? []) {
      const known = best.get(answer.side);
      if (known && ORDER.indexOf(known.answer.kind) <= ORDER.indexOf(answer.kind)) continue;
      best.set(answer.side, { answer, bucket });
    }
  }
  return [...best.values()].map(({ answer, bucket }) => line(answer, bucket));
}

function line({ kind, kernel, outcome, like, reason }: Confirmation, { pair }: Bucket): string {
  const on = `on ${printable(kernel)}`;
  if (kind === 'not tried') return `not tried ${on}: ${printable(reason ?? 'no reason given')}`;
  if (kind === 'confirmed') return `confirmed ${on}: ${outcome}, as ${printable(pair.first)}`;
  const part = like === 'second' ? `as ${printable(pair.second)}` : 'as neither of the two';
  return `not confirmed ${on}: ${outcome}, ${part}`;
}
