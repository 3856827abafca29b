// SPDX-License-Identifier: GPL-2.0-only
/** How the values of fuzz's options are read. */

import { InvalidArgumentError } from 'commander';
import type { Shard } from '../../fuzz/campaign.js';

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** Seconds of `90`, `90s`, `5m`, `1h`. */
export function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
  const seconds = match ? Number(match[1]) * UNITS[match[2] || 's'] : Number.NaN;
  if (!(seconds > 0)) throw new InvalidArgumentError('give a time, as in 90s, 5m or 1h.');
  return seconds;
}

/** The shard `i/n` names, counted from 1. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const index = match ? Number(match[1]) : 0;
  const of = match ? Number(match[2]) : 0;
  if (!match || index < 1 || index > of) {
    throw new InvalidArgumentError('give a shard and how many there are, from 1/4 to 4/4.');
  }
  return { index: index - 1, of };
}

/** Seeds are 32-bit numbers. */
export function parseSeed(text: string): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value >= 2 ** 32) {
    throw new InvalidArgumentError('give a whole number below 2^32.');
  }
  return value;
}
