// SPDX-License-Identifier: GPL-2.0-only
/** Numbers in words. */

/** `1 replay`, `12,345 replays`. */
export function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** `12,345`, of an integer. Without Intl: loading that takes as long as replaying a trace. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `3 of 4 (75.0 %)` */
export function shareText(part: number, whole: number): string {
  const percent = whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`;
  return `${number(part)} of ${number(whole)}${percent}`;
}
