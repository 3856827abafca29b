// SPDX-License-Identifier: GPL-2.0-only
/** The options of `explore`, and the worlds they ask for. */

import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { sharesGuestAlike } from '../../compare/share_guest_warn.js';
import type { CompareLevel } from '../../compare/lockstep.js';
import type { View } from '../../explore/search/options.js';
import { EXPLORABLE_OPS } from '../../explore/world/actions.js';
import {
  DEFAULT_OPS,
  DEFAULT_WORLD,
  MAX_GFNS,
  MAX_PAGES,
  MAX_VMS,
  PLACES,
  type Place,
} from '../../explore/world/options.js';
import { DEFAULT_MACHINE } from '../../trace/index.js';
import { makeWorld, type World } from '../../explore/world/world.js';
import type { OpName } from '../../hyp/op.js';
import { didYouMean } from '../../input/suggest.js';
import type { ConfirmFlags } from '../confirming.js';
import type { BaselineFlags } from '../baselines.js';
import { hasCode, haveOp } from '../code.js';
import { type DebugChoice, type Pair, parseCount } from '../options.js';
import type { ReportFlags } from '../reports.js';

export interface ExploreFlags extends BaselineFlags, ReportFlags, ConfirmFlags {
  impl: Pair;
  compare: CompareLevel;
  debug: DebugChoice;
  pages: number;
  gfns: number;
  vms: number;
  maxPins: number;
  ranges: number;
  place: Place;
  ops: readonly OpName[];
  view: View;
  from: 'boot' | 'all';
  footprints: boolean;
  symmetry: boolean;
  plain?: boolean;
  invariants?: boolean;
  evidence?: boolean;
  quiet?: boolean;
  save?: string;
  maxStates?: number;
  maxMemory?: number;
  time?: number;
  workers: number;
  checkpoint?: string;
  checkpointEvery: number;
}

/** More threads than this only wait for each other. */
const MAX_WORKERS = 64;

export function worldOptions(): Option[] {
  const { pages, gfns, vms, maxPins, ranges, place } = DEFAULT_WORLD;
  return [
    count('--pages <n>', 'pages followed', 1, MAX_PAGES).default(pages),
    count('--gfns <n>', 'guest frames of each VM', 0, MAX_GFNS).default(gfns),
    count('--vms <n>', 'VMs, each with one vCPU', 0, MAX_VMS).default(vms),
    count('--max-pins <n>', 'pin a page until it has so many references', 0, 100).default(maxPins),
    count('--ranges <n>', 'range operations take 0 to so many pages', 0, MAX_PAGES).default(ranges),
    new Option('--place <where>', 'where the pages lie').choices([...PLACES]).default(place),
    new Option('--ops <list>', 'operations to try, comma separated, or "all"')
      .argParser(parseOps)
      .default(DEFAULT_OPS, 'the six transitions, pin, unpin, share and unshare with a guest'),
  ];
}

/** How a search is run, what it may cost, and where it is kept. */
export function runOptions(): Option[] {
  return [
    new Option('--no-footprints', 'execute every transition, also those known from what they read'),
    new Option('--no-symmetry', 'keep also the states that differ only in which page is which'),
    new Option(
      '--plain',
      'search plainly: slowly, by none of the means above, to check the search',
    ),
    count('--workers <n>', 'threads, once there is enough to do', 1, MAX_WORKERS).default(
      Math.min(MAX_WORKERS, availableParallelism()),
      'all cores',
    ),
    count('--max-states <n>', 'stop when so many states were met', 1),
    count('--max-memory <MiB>', 'stop when the states take so much memory', 1),
    count('--time <seconds>', 'stop after so long, for each debug setting', 1),
    new Option(
      '--checkpoint <file>',
      'keep the search there, one file for each debug setting, and go on from it if it is there',
    ),
    count('--checkpoint-every <seconds>', 'how often', 1).default(60),
  ];
}

/** What does not go together, or undefined. */
export function conflictOf(flags: ExploreFlags): string | undefined {
  const { checkpoint, invariants, from, plain, view, compare } = flags;
  if (checkpoint !== undefined && invariants) return '--checkpoint does not keep --invariants';
  if (checkpoint !== undefined && from === 'all') {
    return '--from all is one operation deep: there is nothing to keep';
  }
  if (!plain) return undefined;
  if (checkpoint !== undefined) return '--plain keeps no --checkpoint';
  if (invariants) return '--plain does not check --invariants';
  if (from === 'all') return '--plain goes from boot, not --from all';
  if (view !== 'exact' || compare !== 'exact')
    return '--plain compares every word, and tells states apart by it';
  return undefined;
}

/**
 * Which searches go to threads: those of models that store every state and go by footprints. The
 * processes of compiled code belong to one thread.
 */
export function goesToThreads({
  workers,
  footprints,
  invariants,
  view,
  compare,
  impl,
}: ExploreFlags): boolean {
  const isPlain = !hasCode(impl) && view === 'exact' && compare === 'exact' && !invariants;
  return workers > 1 && footprints && isPlain;
}

/** The worlds to explore, one for each debug setting. */
export function worldsOf(flags: ExploreFlags): World[] {
  const settings = flags.debug === 'both' ? [false, true] : [flags.debug === 'on'];
  const { pages, gfns, vms, maxPins, ranges, place } = flags;
  const sharesAlike = sharesGuestAlike(flags.impl, DEFAULT_MACHINE);
  const ops = flags.ops.filter(
    (op) => haveOp(flags.impl, op) && (sharesAlike || op !== '__pkvm_host_share_guest'),
  );
  const options = { pages, gfns, vms, maxPins, ranges, place, ops };
  return settings.map((debug) => makeWorld({ ...options, debug }));
}

function parseOps(text: string): OpName[] {
  if (text === 'all') return [...EXPLORABLE_OPS];
  return text.split(',').map((part) => {
    const name = part.trim();
    const found = EXPLORABLE_OPS.find((op) => op === name);
    if (found) return found;
    const names = [...EXPLORABLE_OPS];
    throw new InvalidArgumentError(
      `cannot explore "${name}"${didYouMean(name, names)}; there are ${names.join(', ')}.`,
    );
  });
}

function count(flags: string, description: string, least: number, most?: number): Option {
  const parse = parseCount(least);
  return new Option(flags, description).argParser((text) => {
    const value = parse(text);
    if (most !== undefined && value > most) throw new InvalidArgumentError(`give at most ${most}.`);
    return value;
  });
}
