// SPDX-License-Identifier: GPL-2.0-only
/**
 * A search whose states are kept and expanded in several parts, each on a thread of its own. The
 * search itself stays where the machines are: it executes what a part does not know, and tells all
 * parts. Parts are in step: a depth is expanded everywhere before the next one is.
 */

import { Outboxes } from './outboxes.js';
import { KeyLayout } from '../state/key.js';
import type { Reply, Request } from './worker.js';
import type { Search } from '../search/search.js';
import type { Asking } from '../successors/executor.js';
import type { GatheredStates } from '../search/checkpoint.js';
import { gatherStates, splitStates } from './split.js';

/** A part, wherever it runs. */
export interface Part {
  ask(request: Request): Promise<Reply>;
}

const FIRST_ROUND = 64;
const LARGEST_ROUND = 1 << 15;

/** Raised inside a round when an id does not fit into the keys any more. */
class DoesNotFit extends Error {}

export class Coordinator {
  /** The search has all its states again: an id no longer fitted into the keys. */
  outgrown = false;
  /** States met, and of them those that are kept. */
  states = 0;
  kept = 0;
  frontier = 0;
  bytes = 0;

  private readonly layout: KeyLayout;
  private readonly outboxes: Outboxes;
  private incoming: Int32Array[][];
  private most = FIRST_ROUND;
  private learned = -1;
  /** States that were missed in this round and are not expanded: `[part, state]`. */
  private unexpanded: [number, number][] = [];

  private constructor(
    private readonly search: Search,
    private readonly parts: readonly Part[],
  ) {
    this.layout = KeyLayout.roomy(search.sizes());
    search.repack(this.layout);
    this.outboxes = new Outboxes(this.layout, parts.length, -1, undefined, search.images);
    this.incoming = parts.map(() => []);
  }

  /** Hands the states of a search between two depths to parts. */
  static async start(search: Search, parts: readonly Part[]): Promise<Coordinator> {
    const coordinator = new Coordinator(search, parts);
    const { visited } = search;
    const { pieces, gids } = splitStates(visited, search.done, parts.length);
    search.expander.renumber((state) => gids[state]);
    coordinator.states = visited.met;
    coordinator.kept = visited.size;
    visited.clear();
    search.expander.redirect(coordinator.outboxes);
    const symmetry = search.expander.knowledge?.symmetry;
    await Promise.all(
      parts.map((part, i) =>
        part.ask({
          kind: 'load',
          part: i,
          parts: parts.length,
          bits: coordinator.layout.bits,
          ...pieces[i],
          symmetry,
        }),
      ),
    );
    return coordinator;
  }

  /** One round. False when nothing is left. */
  async advance(): Promise<boolean> {
    await this.teach();
    const incoming = this.incoming;
    this.incoming = this.parts.map(() => []);
    const replies = await Promise.all(
      this.parts.map((part, i) =>
        part.ask({ kind: 'round', incoming: incoming[i], most: this.most }),
      ),
    );
    this.countStates(replies);
    for (const { outgoing } of replies) this.deliver(outgoing ?? []);
    const missed = await this.search.answer(this.expandMissed(replies));
    if (this.outgrown) {
      await this.gather();
      return true;
    }
    const expanded = this.parts.length * this.most;
    if (missed * 20 > expanded) this.most = Math.max(FIRST_ROUND, this.most >> 1);
    else this.most = Math.min(LARGEST_ROUND, this.most * 2);

    const isDelivered = this.incoming.every((boxes) => boxes.length === 0);
    if (!isDelivered || replies.some(({ left }) => left > 0)) return true;
    return this.nextLevel();
  }

  /** Brings the counts of all parts home. */
  async collectCounts(): Promise<void> {
    const { hits, digest } = this.search.expander;
    for (const reply of await this.askAll({ kind: 'report' })) {
      reply.hits?.forEach((n, cls) => {
        hits[cls] += n;
      });
      if (reply.digest) digest.add(reply.digest[0], reply.digest[1]);
    }
  }

  /** Gives the search its states back; the parts are not needed any more. */
  async gather(): Promise<void> {
    const { search } = this;
    await this.collectCounts();
    const { states, done, lastOfLevel, levelIsDone, numbers } = await this.allStates();
    search.visited.fill(states, states.parents.length);
    search.done = done;
    search.lastOfLevel = lastOfLevel;
    if (levelIsDone && done < search.states) search.depth++;
    search.expander.redirect(search.visited);
    search.expander.renumber((gid) => numbers[gid]);
  }

  /** All states in one, in the order of a search that has expanded the first `done`. */
  async allStates(): Promise<GatheredStates> {
    await this.settleIncoming();
    const dumps = await this.askAll({ kind: 'dump' });
    return gatherStates(dumps, this.unexpanded, this.layout.words);
  }

  /** The actions from the first state to one that a part keeps. */
  async pathTo(gid: number): Promise<number[]> {
    const actions: number[] = [];
    for (let at = gid; at >= 0; ) {
      const part = at % this.parts.length;
      const state = Math.floor(at / this.parts.length);
      const { origin } = await this.parts[part].ask({ kind: 'origin', state });
      if (!origin || origin[0] < 0) break;
      actions.push(origin[1]);
      at = origin[0];
    }
    return actions.reverse();
  }

  private async teach(): Promise<void> {
    const { expander, executor } = this.search;
    if (this.learned === expander.learned) return;
    this.learned = expander.learned;
    const known = expander.knowledge;
    if (!known) throw new Error('a search over several threads goes by footprints');
    const facets = executor.components.list.map(({ facetOf }) => facetOf);
    // The parts count what summaries were used for from 0, and so does the search.
    expander.flush();
    await this.askAll({ kind: 'learn', known, facets, summariesEnd: expander.summariesEnd });
  }

  private *expandMissed(replies: readonly Reply[]): Asking<number> {
    const { search, layout, parts } = this;
    const ids = new Int32Array(search.executor.components.variables);
    let count = 0;
    for (const [part, reply] of replies.entries()) {
      const { missed = [], missedKeys = new Int32Array(0) } = reply;
      for (const [i, state] of missed.entries()) {
        count++;
        if (!this.outgrown) {
          layout.unpack(missedKeys, i * layout.words, ids);
          this.outgrown = !(yield* this.expand(state * parts.length + part, ids));
        }
        if (this.outgrown) this.unexpanded.push([part, state]);
      }
    }
    this.deliver(this.outboxes.empty());
    return count;
  }

  /** Expands a state here. False, with nothing counted, if its successors do not fit. */
  private *expand(gid: number, ids: Int32Array): Asking<boolean> {
    const { search, layout } = this;
    try {
      yield* search.expander.expandIds(gid, ids, () => {
        if (!layout.fits(search.sizes())) throw new DoesNotFit();
      });
      return true;
    } catch (error) {
      if (error instanceof DoesNotFit) return false;
      throw error;
    }
  }

  private deliver(outgoing: readonly Int32Array[]): void {
    outgoing.forEach((records, part) => {
      if (records.length > 0) this.incoming[part].push(records);
    });
  }

  /** Lets the parts take in what is on its way, without expanding anything. */
  private async settleIncoming(): Promise<void> {
    const { incoming } = this;
    this.incoming = this.parts.map(() => []);
    await Promise.all(
      this.parts.map((part, i) => part.ask({ kind: 'round', incoming: incoming[i], most: 0 })),
    );
  }

  private async nextLevel(): Promise<boolean> {
    const replies = await this.askAll({ kind: 'level' });
    this.countStates(replies);
    if (this.frontier === 0) return false;
    this.search.depth++;
    return true;
  }

  private countStates(replies: readonly Reply[]): void {
    const sum = (of: (reply: Reply) => number) => replies.reduce((n, reply) => n + of(reply), 0);
    this.states = sum(({ met }) => met);
    this.kept = sum(({ size }) => size);
    this.frontier = sum(({ left }) => left);
    this.bytes = sum(({ bytes }) => bytes);
  }

  private askAll(request: Request): Promise<Reply[]> {
    return Promise.all(this.parts.map((part) => part.ask(request)));
  }
}
