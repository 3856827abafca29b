// SPDX-License-Identifier: GPL-2.0-only
/** Rows of figures: what, unit, median and best. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

export function best(values) {
  return Math.max(...values);
}

export function heading(text) {
  process.stdout.write(`\n${text}\n`);
}

/** Prints a row; with two values, the median and the best of several rounds. */
export function row(what, unit, ...values) {
  const figures = values.map((value) => value.toFixed(2).padStart(10)).join('');
  process.stdout.write(`  ${what.padEnd(52)}${figures}  ${unit}\n`);
}
