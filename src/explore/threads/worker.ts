// SPDX-License-Identifier: GPL-2.0-only
/**
 * One part of a search over several threads: it keeps its states and expands them as far as what is
 * known goes. It has no machines. What it cannot expand it hands back.
 */

import { MOST_CLASSES } from '../successors/expander.js';
import { KnownSuccessors, type Knowledge } from '../successors/known_successors.js';
import { Sum64 } from '../state/hash.js';
import { absorb, Outboxes } from './outboxes.js';
import { KeyLayout } from '../state/key.js';
import { flushSummaries } from '../successors/summaries.js';
import type { StateArrays } from '../visited/by_state.js';
import { VisitedStates } from '../visited/by_state.js';
import type { SymmetryTables } from '../symmetry/representative.js';

/** What the search tells a part. */
export type Request =
  | {
      readonly kind: 'load';
      readonly part: number;
      readonly parts: number;
      readonly bits: readonly number[];
      readonly states: StateArrays;
      /** States that are expanded. */
      readonly done: number;
      readonly symmetry: SymmetryTables | undefined;
    }
  | {
      readonly kind: 'learn';
      readonly known: Knowledge;
      readonly facets: Facets;
      readonly summariesEnd: number;
    }
  | { readonly kind: 'round'; readonly incoming: readonly Int32Array[]; readonly most: number }
  | { readonly kind: 'level' }
  | { readonly kind: 'origin'; readonly state: number }
  | { readonly kind: 'report' }
  | { readonly kind: 'dump' };

/** By component and facet: facet values by id. */
export type Facets = readonly (readonly Int32Array[])[];

/** What a part answers. */
export interface Reply {
  readonly size: number;
  /** States met: those kept and their renamings. */
  readonly met: number;
  /** States of this depth that are left to expand. */
  readonly left: number;
  readonly bytes: number;
  /** Records for each part. */
  readonly outgoing?: readonly Int32Array<ArrayBuffer>[];
  /** States that were not expanded: their numbers in this part. */
  readonly missed?: readonly number[];
  readonly missedKeys?: Int32Array;
  readonly origin?: readonly [parent: number, action: number];
  readonly hits?: Float64Array;
  readonly digest?: readonly [lo: number, hi: number];
  readonly states?: StateArrays;
  readonly done?: number;
  readonly levelEnd?: number;
}

export class SearchWorker {
  private layout = KeyLayout.ofBits([1]);
  private visited = new VisitedStates(this.layout);
  private outboxes = new Outboxes(this.layout, 1, 0, this.visited, undefined);
  private knownSuccessors: KnownSuccessors | undefined;
  private known: Knowledge | undefined;
  private summariesEnd = 1;
  private facets: Facets = [];
  /** One object for all that rename; what is learned goes into it. */
  private symmetry: SymmetryTables | undefined;
  private ids = new Int32Array(0);
  private part = 0;
  private parts = 1;
  private done = 0;
  private levelEnd = 0;
  readonly hits = new Float64Array(MOST_CLASSES);
  readonly digest = new Sum64();

  /** Does what it is told. */
  handle(request: Request): Reply {
    switch (request.kind) {
      case 'load':
        this.load(request);
        return this.reply({});
      case 'learn':
        this.learn(request.known, request.facets, request.summariesEnd);
        return this.reply({});
      case 'round':
        return this.round(request.incoming, request.most);
      case 'level':
        this.levelEnd = this.visited.size;
        return this.reply({});
      case 'origin': {
        const { parents, actions } = this.visited;
        return this.reply({ origin: [parents[request.state], actions[request.state]] });
      }
      case 'report':
        return this.report();
      case 'dump':
        return this.dump();
    }
  }

  private load({ part, parts, bits, states, done, symmetry }: Request & { kind: 'load' }): void {
    this.part = part;
    this.parts = parts;
    this.layout = KeyLayout.ofBits(bits);
    this.visited = new VisitedStates(this.layout, symmetry);
    this.visited.fill(states, states.parents.length);
    this.outboxes = new Outboxes(this.layout, parts, part, this.visited, symmetry);
    this.done = done;
    this.levelEnd = this.visited.size;
    this.symmetry = symmetry;
    this.knownSuccessors = undefined;
    this.known = undefined;
  }

  private learn(sent: Knowledge, facets: Facets, summariesEnd: number): void {
    this.flush();
    const { symmetry } = this;
    if (symmetry && sent.symmetry)
      symmetry.maps.splice(0, Number.POSITIVE_INFINITY, ...sent.symmetry.maps);
    const known = { ...sent, symmetry };
    this.known = known;
    this.summariesEnd = summariesEnd;
    this.facets = facets;
    const [first] = facets;
    this.ids = new Int32Array(facets.length * (1 + (first?.length ?? 0)));
    this.knownSuccessors = new KnownSuccessors(known, this.outboxes, this);
  }

  private round(incoming: readonly Int32Array[], most: number): Reply {
    for (const records of incoming) absorb(records, this.visited);
    const { knownSuccessors, ids, visited } = this;
    const { words } = this.layout;
    const missed: number[] = [];
    const end = Math.min(this.levelEnd, this.done + most);
    for (; this.done < end; this.done++) {
      const at = this.done * words;
      this.layout.unpack(visited.keys, at, ids);
      this.fillFacets();
      const gid = this.done * this.parts + this.part;
      if (!knownSuccessors?.expand(gid, ids, visited.keys, at)) missed.push(this.done);
    }
    const missedKeys = new Int32Array(missed.length * words);
    missed.forEach((state, i) => {
      missedKeys.set(visited.keys.subarray(state * words, (state + 1) * words), i * words);
    });
    return this.reply({ outgoing: this.outboxes.empty(), missed, missedKeys });
  }

  private fillFacets(): void {
    const { facets, ids } = this;
    let at = facets.length;
    for (let c = 0; c < facets.length; c++) {
      const ofComponent = facets[c];
      for (let f = 0; f < ofComponent.length; f++) ids[at++] = ofComponent[f][ids[c]];
    }
  }

  private flush(): void {
    if (this.known)
      flushSummaries(
        this.known.summaries,
        this.known.used,
        this.summariesEnd,
        this.symmetry?.order ?? 1,
        this.hits,
      );
  }

  /** Counts since the last report. */
  private report(): Reply {
    this.flush();
    const hits = this.hits.slice();
    const { lo, hi } = this.digest;
    this.hits.fill(0);
    this.digest.lo = 0;
    this.digest.hi = 0;
    return this.reply({ hits, digest: [lo, hi] });
  }

  private dump(): Reply {
    const { visited, done, levelEnd } = this;
    const { words } = this.layout;
    const states: StateArrays = {
      keys: visited.keys.slice(0, visited.size * words),
      parents: visited.parents.slice(0, visited.size),
      actions: visited.actions.slice(0, visited.size),
    };
    return this.reply({ states, done, levelEnd });
  }

  private reply(rest: Partial<Reply>): Reply {
    const left = this.levelEnd - this.done;
    return {
      size: this.visited.size,
      met: this.visited.met,
      left,
      bytes: this.visited.bytes,
      ...rest,
    };
  }
}
