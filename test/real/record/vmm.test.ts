// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { guestCode, vmmInitramfs } from '../../../src/real/record/vmm.js';

describe('the VMs of record', () => {
  it('run code that loads, stores, and runs what it wrote, with a device access after each', () => {
    const code = guestCode();
    const words = Array.from({ length: code.length / 4 }, (_, index) =>
      code.readUInt32LE(4 * index),
    );
    const device = [0xd2a00209, 0xf9000120]; // movz x9, #0x10, lsl #16; str x0, [x9]
    expect(words.map((word) => word.toString(16))).toEqual(
      [
        ...[0xd2820001, 0xf9400020], // movz x1, #0x1000; ldr x0, [x1]
        ...device,
        ...[0xf9000020, 0xd2840002, 0xf9000040], // str x0, [x1]; movz x2, #0x2000; str x0, [x2]
        ...[0xd2860003, 0xf9000060], // movz x3, #0x3000; str x0, [x3]
        ...device,
        ...[0xd2880004, 0xd2807805, 0xf2bacbe5], // movz x4, #0x4000; movz x5, #0x3c0; movk x5, #0xd65f
        ...[0xb9000085, 0xd63f0080], // str w5, [x4]; blr x4
        ...device,
        0x17ffffee, // b to the start, 18 instructions before
      ].map((word) => word.toString(16)),
    );
  });

  it('come in an archive with a first program and the guest’s code', () => {
    const text = vmmInitramfs().toString('latin1');
    expect(text.startsWith('070701')).toBe(true);
    for (const path of ['init', 'guest', 'dev/kvm', 'sys']) expect(text).toContain(`${path}\0`);
    expect(text.indexOf('TRAILER!!!')).toBeGreaterThan(text.indexOf('init\0'));
  });
});
