// SPDX-License-Identifier: GPL-2.0-only
/** Sides that are not machines of this process: named on the command line, started, and ended. */

import { InvalidArgumentError, Option } from 'commander';
import { CODE_SCHEME, CodeImplementation, CodeSide } from '../code/index.js';
import type { CompareLevel } from '../compare/lockstep.js';
import type { Implementation } from '../hyp/transitions.js';
import { IMPLEMENTATIONS } from '../implementations.js';
import { MachineSide } from '../side/machine_side.js';
import { type Side, SideError, type SideKind } from '../side/side.js';
import { SidePair } from '../side/side_pair.js';
import { cacheFolder } from './cache_folder.js';
import { codeOf, comparableLevel, haveOp } from './code.js';
import type { Context } from './context.js';
import { pairOf, parseImplementation } from './options.js';

/** A side as named on the command line, before it is started. */
export interface SideRef {
  /** As written: `real:vmlinuz`, `c:linux@v6.13`. */
  readonly name: string;
  readonly scheme: string;
  readonly path: string;
}

/** What `--impl` can name. */
export type ImplRef = Implementation | SideRef;
export type RefPair = readonly [ImplRef, ImplRef];

/** How to load each kind of side; loaded when one is named, so that nobody else waits for it. */
const KINDS: Readonly<Record<string, () => Promise<SideKind>>> = {
  real: async () => (await import('../real/index.js')).realKind,
};

export function isSideRef(ref: ImplRef): ref is SideRef {
  return 'scheme' in ref;
}

/**
 * Can two machines of this process be compared word by word as they run? Not if one is the C of a tree
 * that keeps its state in another way than the other, or of the two only one has operations on guests.
 */
function inLockstep(first: Implementation, second: Implementation): boolean {
  const pair = [first, second];
  const haveGuests = pair.map((one) => haveOp([one], '__pkvm_host_share_guest'));
  return comparableLevel(pair, 'exact') === 'exact' && haveGuests[0] === haveGuests[1];
}

/** Is it a model: an implementation on a machine of this process? */
export function isModel(ref: ImplRef): ref is Implementation {
  return !isSideRef(ref);
}

/** An implementation by name, or a side as `SCHEME:PATH`. */
export function parseRef(name: string): ImplRef {
  const code = codeOf(name);
  if (code) return code;
  const colon = name.indexOf(':');
  if (colon < 0) return parseImplementation(name);
  const scheme = name.slice(0, colon);
  const path = name.slice(colon + 1);
  if (!Object.hasOwn(KINDS, scheme)) {
    const known = [CODE_SCHEME, ...Object.keys(KINDS)].map((kind) => `${kind}:PATH`);
    throw new InvalidArgumentError(
      `"${name}" names no kind of side: there are ${known.join(', ')}.`,
    );
  }
  if (path === '') throw new InvalidArgumentError(`"${name}" names no path.`);
  return { name, scheme, path };
}

function namesIn(text: string, least: number, most: number): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.length >= least && names.length <= most) return names;
  throw new InvalidArgumentError(
    most === 2 ? 'name two implementations, as in A,B.' : 'name two or more, as in A,B,C.',
  );
}

function pairsOf(names: readonly string[]): RefPair[] {
  const refs = names.map(parseRef);
  return refs.slice(1).map((second, index) => pairOf(refs[index], second));
}

const PAIR = 'legacy,direct';
const SERIES = 'legacy,series-1,series-2,direct';

/** `--impl A,B`: two implementations or sides. */
export function refPairOption(): Option {
  const parse = (text: string) => pairsOf(namesIn(text, 2, 2))[0];
  return new Option('--impl <A,B>', 'the two to compare: implementations, or KIND:PATH')
    .argParser(parse)
    .default(parse(PAIR), PAIR);
}

/** `--impl A,B,C`: each implementation or side with the next. */
export function refSeriesOption(): Option {
  const parse = (text: string) => pairsOf(namesIn(text, 2, Number.POSITIVE_INFINITY));
  return new Option(
    '--impl <A,B,...>',
    'implementations, or KIND:PATH, each compared with the next',
  )
    .argParser(parse)
    .default(parse(SERIES), SERIES);
}

/** The sides of a run: each is started once, however many pairs it is in. */
export class Sides {
  private readonly started = new Map<string, Side>();

  /** `lent`: sides by their name that run already, and are not ended here. */
  private constructor(
    private readonly context: Context,
    private readonly lent: ReadonlyMap<string, Side>,
  ) {}

  /**
   * Starts every side that the pairs name; undefined, with the problems told, if one will not.
   * @param lent sides that run already and go on running
   */
  static async start(
    pairs: readonly (readonly ImplRef[])[],
    context: Context,
    lent: readonly Side[] = [],
  ): Promise<Sides | undefined> {
    const sides = new Sides(context, new Map(lent.map((side) => [side.name, side])));
    const refs = new Map(
      pairs
        .flat()
        .filter(isSideRef)
        .filter(({ name }) => !sides.lent.has(name))
        .map((ref) => [ref.name, ref]),
    );
    for (const ref of refs.values()) {
      if (await sides.startOne(ref)) continue;
      await sides.close();
      return undefined;
    }
    return sides;
  }

  /** The two of a pair, to be compared in lockstep or not; undefined if both are machines. */
  pairOf([first, second]: RefPair, level: CompareLevel): SidePair | undefined {
    if (isModel(first) && isModel(second) && inLockstep(first, second)) return undefined;
    const [booted] = [first, second, ...IMPLEMENTATIONS]
      .filter(isModel)
      .filter((one) => !(one instanceof CodeImplementation));
    return new SidePair(this.sideOf(first), this.sideOf(second), level, booted);
  }

  /** Ends every side that was started here. */
  async close(): Promise<void> {
    await Promise.all([...this.started.values()].map((side) => side.close()));
    this.started.clear();
  }

  /** What reports say of a side. */
  described(ref: ImplRef): Implementation | Side {
    return isSideRef(ref) ? this.sideOf(ref) : ref;
  }

  sideOf(ref: ImplRef): Side {
    const started = this.lent.get(ref.name) ?? this.started.get(ref.name);
    if (started) return started;
    if (isSideRef(ref)) throw new Error(`${ref.name} was not started`);
    const side = ref instanceof CodeImplementation ? new CodeSide(ref) : new MachineSide(ref);
    this.started.set(ref.name, side);
    return side;
  }

  private async startOne({ name, scheme, path }: SideRef): Promise<boolean> {
    const { context } = this;
    try {
      const kind = await KINDS[scheme]();
      const side = await kind.start(path, {
        cache: cacheFolder(),
        progress: (message) => context.status(`${name}: ${message}`),
        signal: context.signal,
      });
      this.started.set(name, side);
      return true;
    } catch (error) {
      if (!(error instanceof SideError)) throw error;
      context.problem({ file: name, message: error.message });
      for (const line of error.seen) context.complain(`  ${line}`);
      return false;
    } finally {
      context.status(undefined);
    }
  }
}
