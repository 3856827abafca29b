// SPDX-License-Identifier: GPL-2.0-only
/**
 * The changes of a run as a trace in Mazurkiewicz's sense: a sequence up to swapping neighbours that
 * are independent. Two sequences are the same trace if and only if their normal forms are the same.
 */

import type { Helper } from '../branches/index.js';
import { isGood } from './answers.js';
import { areDependent } from './footprint.js';

/** A change that was made, or tried: `text` tells it and what came of it. */
export interface Change {
  readonly helper: Helper;
  readonly text: string;
}

/** A change and what came of it. */
export function changeOf(helper: Helper, label: string, answer: string): Change {
  return { helper, text: isGood(helper, answer) ? label : `${label}: ${answer}` };
}

/** The changes in their normal form: of those that can come first, always the least by text. */
export function normalForm(changes: readonly Change[]): string[] {
  if (changes.length < 2) return changes.map(({ text }) => text);
  const left = [...changes];
  const form: string[] = [];
  while (left.length > 0) {
    let least = -1;
    for (let i = 0; i < left.length; i++) {
      const isFree = left.every(
        (other, j) => j >= i || !areDependent(other.helper, left[i].helper),
      );
      if (isFree && (least < 0 || left[i].text < left[least].text)) least = i;
    }
    form.push(left[least].text);
    left.splice(least, 1);
  }
  return form;
}

const NONE: string[] = [];

/** What a helper's answer can depend on: the changes before it that led up to what it reads. */
export function causesOf(helper: Helper, before: readonly Change[]): string[] {
  if (before.length === 0) return NONE;
  const causes: Change[] = [];
  for (let i = before.length - 1; i >= 0; i--) {
    const change = before[i];
    const leads =
      areDependent(change.helper, helper) ||
      causes.some((cause) => areDependent(change.helper, cause.helper));
    if (leads) causes.unshift(change);
  }
  return normalForm(causes);
}

/** The name of a question: the same after changes that what it reads does not depend on. */
export function questionKey(helper: Helper, label: string, before: readonly Change[]): string {
  const causes = causesOf(helper, before);
  return causes.length === 0 ? label : `${label} after ${causes.join(', ')}`;
}
