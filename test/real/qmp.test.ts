// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseQmp } from '../../src/real/emulator/qmp.js';

describe('a line of the QEMU Machine Protocol', () => {
  it('is a greeting, as QEMU 7.2 sends it', () => {
    const line =
      '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2+dfsg-7+deb12u18+b3"}, "capabilities": ["oob"]}}';
    expect(parseQmp(line)).toEqual({ kind: 'greeting' });
  });

  it('is what a command returned', () => {
    expect(parseQmp('{"return": {"status": "completed"}}')).toEqual({
      kind: 'return',
      value: { status: 'completed' },
    });
  });

  it('is an error with its text', () => {
    const line =
      '{"error": {"class": "CommandNotFound", "desc": "The command nothing has not been found"}}';
    expect(parseQmp(line)).toEqual({
      kind: 'error',
      message: 'The command nothing has not been found',
    });
  });

  it('is an event that nobody waits for', () => {
    const line = '{"timestamp": {"seconds": 1795855200, "microseconds": 12}, "event": "STOP"}';
    expect(parseQmp(line)).toEqual({ kind: 'event' });
  });
});
