// SPDX-License-Identifier: GPL-2.0-only
/**
 * Errors of the operating system in words.
 */

/** `permission denied` of `EACCES: permission denied, open 'x'`. Throws on again what is no such error. */
export function systemErrorText(error: unknown): string {
  if (!(error instanceof Error) || !('syscall' in error)) throw error;
  const text = /^\w+: ([^,]*)/.exec(error.message)?.[1];
  return text ?? error.message;
}
