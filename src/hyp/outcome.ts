// SPDX-License-Identifier: GPL-2.0-only
/**
 * The outcome of an operation as one number: a return value (an `int`, so within 32 bits), or a code
 * outside that range: one of three for a panic, one for the end of what the model knows. Numbers
 * compare cheaply in the replay path; text is made at the edges.
 */

export const PANIC_WARN = 0x1_0000_0001;
export const PANIC_BUG = 0x1_0000_0002;
export const PANIC_FAULT = 0x1_0000_0003;

/** A side that did not come back within its limit: what a real kernel can do, and no machine of ours. */
export const HUNG = 0x1_0000_0004;

export type PanicCode = typeof PANIC_WARN | typeof PANIC_BUG | typeof PANIC_FAULT;

/**
 * The operation reads memory of a page that has been put to another use, and what C makes of that
 * depends on addresses or on the layout of a structure: no outcome to compare with anything.
 */
export const UNDEFINED = 0x1_0000_0005;

/** The operation ended the process that ran it: what the compiled code of a tree can do. */
export const CRASHED = 0x1_0000_0006;

/** Did it end the machine: a panic, or undefined? */
export function isPanic(outcome: number): boolean {
  return outcome >= PANIC_WARN;
}

/** errno numbers the model returns, by name (asm-generic/errno-base.h). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EAGAIN: 11,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  EINVAL: 22,
  ERANGE: 34,
} as const;

export const EPERM = ERRNO.EPERM;
export const ENOENT = ERRNO.ENOENT;
export const E2BIG = ERRNO.E2BIG;
export const EAGAIN = ERRNO.EAGAIN;
export const ENOMEM = ERRNO.ENOMEM;
export const EFAULT = ERRNO.EFAULT;
export const EBUSY = ERRNO.EBUSY;
export const EINVAL = ERRNO.EINVAL;
export const ERANGE = ERRNO.ERANGE;

/** Denied, as the FF-A range operations return it (include/linux/arm_ffa.h). */
export const FFA_RET_DENIED = -6;

const NAME_BY_ERRNO = new Map<number, string>(
  Object.entries(ERRNO).map(([name, value]) => [-value, `-${name}`]),
);

const PANIC_NAMES = new Map<number, string>([
  [PANIC_WARN, 'WARN'],
  [PANIC_BUG, 'BUG'],
  [PANIC_FAULT, 'FAULT'],
  [HUNG, 'HUNG'],
  [UNDEFINED, 'UNDEFINED'],
  [CRASHED, 'CRASHED'],
]);

/** The outcome as a trace writes it: `0`, `0x1000`, `-EPERM`, `-6`, `WARN`. */
export function outcomeText(outcome: number): string {
  return (
    PANIC_NAMES.get(outcome) ??
    NAME_BY_ERRNO.get(outcome) ??
    (outcome >= 4096 ? `0x${outcome.toString(16)}` : String(outcome))
  );
}

/** The number for a trace's `expect` or a recording's result; undefined for an unknown name. */
export function outcomeFromJson(value: number | string): number | undefined {
  if (typeof value === 'number') return value;
  for (const [code, name] of PANIC_NAMES) if (name === value && code !== HUNG) return code;
  for (const [code, name] of NAME_BY_ERRNO) if (name === value) return code;
  return undefined;
}
