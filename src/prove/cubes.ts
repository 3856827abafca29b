// SPDX-License-Identifier: GPL-2.0-only
/**
 * Conjunctions over variables that each have a few values, and the smallest ones that say when
 * something holds: prime implicants, found by dropping from an example whatever is superfluous.
 */

/** A conjunction: the values each variable may have; one that is not named may have any. */
export type Cube = ReadonlyMap<string, ReadonlySet<string>>;

/** Is there a combination of values in both? */
export function meet(a: Cube, b: Cube): boolean {
  for (const [name, values] of a) {
    const others = b.get(name);
    if (others !== undefined && !overlap(values, others)) return false;
  }
  return true;
}

/** Is every combination of `inner` in `outer`? */
export function contains(outer: Cube, inner: Cube): boolean {
  for (const [name, values] of outer) {
    const others = inner.get(name);
    if (others === undefined) return false;
    for (const value of others) if (!values.has(value)) return false;
  }
  return true;
}

/**
 * The fewest conjunctions found that contain every cube of `on` and meet none of `off`. Each is prime:
 * one more value of any variable, and it would meet `off`.
 */
export function primesOf(on: readonly Cube[], off: readonly Cube[]): Cube[] {
  const domains = domainsOf([...on, ...off]);
  const primes: Cube[] = [];
  for (const cube of on) {
    if (primes.some((prime) => contains(prime, cube))) continue;
    primes.push(expanded(cube, off, domains));
  }
  for (const prime of [...primes]) {
    const others = primes.filter((other) => other !== prime);
    const isNeeded = on.some(
      (cube) => contains(prime, cube) && !others.some((other) => contains(other, cube)),
    );
    if (!isNeeded) primes.splice(primes.indexOf(prime), 1);
  }
  return primes;
}

/** The cube without what is superfluous: whole variables first, then single values. */
function expanded(
  cube: Cube,
  off: readonly Cube[],
  domains: ReadonlyMap<string, ReadonlySet<string>>,
): Cube {
  const wide = new Map(cube);
  const isClear = () => !off.some((other) => meet(wide, other));
  for (const [name, values] of cube) {
    wide.delete(name);
    if (!isClear()) wide.set(name, values);
  }
  for (const [name, domain] of domains) {
    for (const value of domain) {
      const values = wide.get(name);
      if (values === undefined || values.has(value)) continue;
      wide.set(name, new Set([...values, value]));
      if (!isClear()) wide.set(name, values);
    }
  }
  return wide;
}

/** Every value that a variable has anywhere. */
export function domainsOf(cubes: readonly Cube[]): Map<string, Set<string>> {
  const domains = new Map<string, Set<string>>();
  for (const cube of cubes) {
    for (const [name, values] of cube) {
      const domain = domains.get(name) ?? new Set();
      domains.set(name, domain);
      for (const value of values) domain.add(value);
    }
  }
  return domains;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true;
  return false;
}
