// SPDX-License-Identifier: GPL-2.0-only
/** Exit codes, the same for every command. */

export const EXIT_EQUAL = 0;
export const EXIT_DIVERGED = 1;
export const EXIT_BAD_INPUT = 2;
export const EXIT_INTERNAL = 3;
export const EXIT_INCONCLUSIVE = 4;

export const EXIT_HELP = `
Exit codes:
  0  equal
  1  diverged
  2  bad input or usage
  3  internal error: a bug of this program
  4  inconclusive: interrupted, or nothing was compared`;
