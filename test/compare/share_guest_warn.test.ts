// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { sharesGuestAlike } from '../../src/compare/share_guest_warn.js';

const MODEL = { shareGuestWarn: undefined };
const WARNS = { shareGuestWarn: true };
const REFUSES = { shareGuestWarn: false };

it.each([
  ['two models', MODEL, MODEL, true, true],
  ['a model and a tree that warns', MODEL, WARNS, true, false],
  ['a tree that refuses and a model', REFUSES, MODEL, false, true],
  ['two trees', WARNS, REFUSES, true, true],
] as const)('%s: compared on a machine that warns, on one that does not', (_, a, b, on, off) => {
  expect(sharesGuestAlike([a, b], { share_guest_warn: true })).toBe(on);
  expect(sharesGuestAlike([a, b], { share_guest_warn: false })).toBe(off);
});
