// SPDX-License-Identifier: GPL-2.0-only
/** A client of the QEMU Machine Protocol: one JSON object a line each way. */

import { connect, type Socket } from 'node:net';

export class QmpError extends Error {
  override readonly name = 'QmpError';
}

interface Waiter {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What a line of the protocol is. */
export type QmpMessage =
  | { readonly kind: 'greeting' | 'event' | 'other' }
  | { readonly kind: 'return'; readonly value: unknown }
  | { readonly kind: 'error'; readonly message: string };

export function parseQmp(line: string): QmpMessage {
  const message: unknown = JSON.parse(line);
  if (typeof message !== 'object' || message === null) return { kind: 'other' };
  if ('QMP' in message) return { kind: 'greeting' };
  if ('event' in message) return { kind: 'event' };
  if ('return' in message) return { kind: 'return', value: message.return };
  if ('error' in message) {
    const { error } = message;
    const hasText = typeof error === 'object' && error !== null && 'desc' in error;
    return { kind: 'error', message: hasText ? String(error.desc) : 'unknown error' };
  }
  return { kind: 'other' };
}

export class Qmp {
  readonly #socket: Socket;
  readonly #waiters: Waiter[] = [];
  #rest = '';
  #greeted: (() => void) | undefined;

  static async connect(path: string): Promise<Qmp> {
    const socket = connect(path);
    const qmp = new Qmp(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      qmp.#greeted = resolve;
    });
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#receive(data.toString('utf8')));
    const fail = () => {
      const error = new QmpError('the emulator closed its control connection');
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    };
    socket.on('error', fail);
    socket.on('close', fail);
  }

  #receive(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n'); end >= 0; end = this.#rest.indexOf('\n')) {
      const message = parseQmp(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end + 1);
      if (message.kind === 'greeting') this.#greeted?.();
      if (message.kind === 'return') this.#waiters.shift()?.resolve(message.value);
      if (message.kind === 'error') this.#waiters.shift()?.reject(new QmpError(message.message));
    }
  }

  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
