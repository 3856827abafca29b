// SPDX-License-Identifier: GPL-2.0-only
/** The options of `explore`, and the worlds they ask for. */

import { InvalidArgumentError, Option } from 'commander';
import type { CompareLevel } from '../../compare/lockstep.js';
import { EXPLORABLE_OPS } from '../../explore/alphabet.js';
import type { View } from '../../explore/certificate.js';
import type { Order } from '../../explore/search.js';
import {
  DEFAULT_OPS,
  DEFAULT_WORLD,
  MAX_GFNS,
  MAX_PAGES,
  MAX_VMS,
  makeWorld,
  PLACES,
  type Place,
  type World,
} from '../../explore/world.js';
import type { OpName } from '../../hyp/op.js';
import { didYouMean } from '../../trace/index.js';
import type { BaselineFlags } from '../baselines.js';
import { type DebugChoice, type Pair, parseCount } from '../options.js';

export interface ExploreFlags extends BaselineFlags {
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
  order: Order;
  from: 'boot' | 'all';
  footprints: boolean;
  invariants?: boolean;
  format: 'text' | 'json';
  save?: string;
  maxStates?: number;
  maxMemory?: number;
  time?: number;
}

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

/** The worlds to explore, one for each debug setting. */
export function worldsOf(flags: ExploreFlags): World[] {
  const settings = flags.debug === 'both' ? [false, true] : [flags.debug === 'on'];
  return settings.map((debug) => makeWorld({ ...flags, debug }));
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

function count(flags: string, description: string, least: number, most: number): Option {
  const parse = parseCount(least);
  return new Option(flags, description).argParser((text) => {
    const value = parse(text);
    if (value > most) throw new InvalidArgumentError(`give at most ${most}.`);
    return value;
  });
}
