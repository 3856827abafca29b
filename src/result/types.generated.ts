// SPDX-License-Identifier: GPL-2.0-only
/** Generated from result.schema.json by scripts/generate-types.mjs: do not edit. */

/**
 * equal: nothing differs. known: every difference is in a baseline. new: one is not. inconclusive: nothing new, but not everything was compared: interrupted, bad input, nothing to compare, or required coverage not met.
 */
export type Verdict = 'equal' | 'known' | 'new' | 'inconclusive';
export type Count = number;
/**
 * outcome: the two returned different things. state: same outcome, different state. state-at-panic: both panicked, in different states. expectation: a side did not do what the trace expects.
 */
export type Kind = 'outcome' | 'state' | 'state-at-panic' | 'expectation';
/**
 * What a difference is in.
 */
export type Column =
  | 'host_state'
  | 'refcount'
  | 'order'
  | 'host_share_guest_count'
  | 'hyp_s1'
  | 'host_s2'
  | 'guest_s2'
  | 'free_list'
  | 'vm'
  | 'vcpu'
  | 'memcache'
  | 'contents'
  | 'locks';
/**
 * One, or one for each side.
 */
export type Indexes = number[];
/**
 * `host|hyp|guest|outcome` as in the cells of coverage; one, or one for each side.
 */
export type Indexes1 = number[];
/**
 * Of a divergence.
 */
export type Indexes2 = number[];
/**
 * Column, subject, first and second, one difference after the other.
 */
export type Indexes3 = number[];
export type Indexes4 = number[];
/**
 * Effects aligned: kind, step and text, one row after the other.
 */
export type Indexes5 = number[];
/**
 * Operation after which (first - 1: before the first), state of each side; where it changed.
 */
export type Indexes6 = number[];
/**
 * One for each implementation.
 *
 * @minItems 2
 * @maxItems 2
 */
export type PairOfTexts = string[];
/**
 * Page numbers, hex.
 */
export type Texts = string[];
/**
 * Guest page numbers, hex.
 */
export type Texts1 = string[];
/**
 * Names of the operations.
 */
export type Texts2 = string[];
/**
 * What did not, as `operation: outcome`.
 */
export type Texts3 = string[];
export type Texts4 = string[];
/**
 * The shortest trace, operations as text.
 */
export type Texts5 = string[];
/**
 * A shortest trace from boot, of a constructed one that is reachable.
 */
export type Texts6 = string[];
/**
 * A shortest trace to where it does not hold.
 */
export type Texts7 = string[];
/**
 * What may be renamed, in words.
 */
export type Texts8 = string[];

/**
 * What a run compared and what it found, format pkvm-result/1. Every report is made from it.
 */
export interface ResultDocument {
  /**
   * Name and version of the format.
   */
  format: 'pkvm-result/1';
  /**
   * The program that made this.
   */
  tool: {
    name: string;
    version: string;
  };
  /**
   * The program and its arguments: run again, they give the same result.
   *
   * @minItems 1
   */
  command: string[];
  verdict: Verdict;
  /**
   * The run was stopped before its end; what it had compared until then is here.
   */
  interrupted: boolean;
  /**
   * What had to agree after each operation, besides the outcome.
   */
  level: 'outcome' | 'ownership' | 'exact';
  /**
   * CONFIG_NVHE_EL2_DEBUG: as each trace says, or overriding the traces.
   */
  debug: 'trace' | 'on' | 'off' | 'both';
  /**
   * The implementations compared, in the order of the kernel's history.
   */
  implementations: Implementation[];
  /**
   * The pairs compared.
   *
   * @minItems 1
   */
  pairs: Pair[];
  counts: Counts;
  /**
   * What was wrong with the input; at most 1000, all are counted in counts.problems.
   */
  problems: Problem[];
  /**
   * Divergences by root cause: new ones first, then by what is most frequent.
   */
  buckets: Bucket[];
  baseline: Baseline;
  coverage?: Coverage;
  evidence?: Evidence;
  campaign?: Campaign;
  seededBugs?: SeededBugs;
  /**
   * What was explored: one certificate for each world, or for each part of one.
   */
  certificates?: Certificate[];
  /**
   * Whether `traces` has every replay, or those that diverged only.
   */
  tracesListed: 'all' | 'diverged';
  /**
   * Replays, in the order they ran.
   */
  traces: Replay[];
}
export interface Implementation {
  name: string;
  description: string;
  /**
   * The kernel commits it stands for.
   */
  commit?: string;
}
export interface Pair {
  first: string;
  second: string;
  replays: Count;
  diverged: Count;
  compared: Count;
  notCompared: Count;
  known: Count;
  new: Count;
  /**
   * By operation, those that were compared only.
   */
  operations: Operation[];
}
export interface Operation {
  /**
   * Name of the operation.
   */
  op: string;
  compared: Count;
  known: Count;
  new: Count;
  agreed: Agreed;
  /**
   * Outcomes both sides agreed on.
   */
  outcomes: OutcomeCount[];
}
/**
 * Operations with the same outcome on both sides, by what that was.
 */
export interface Agreed {
  /**
   * Not an error.
   */
  success: number;
  /**
   * An error.
   */
  refused: number;
  /**
   * WARN, BUG or FAULT.
   */
  panicked: number;
}
export interface OutcomeCount {
  /**
   * 0, 1, `handle`, an error by name, WARN, BUG or FAULT.
   */
  outcome: string;
  count: Count;
}
/**
 * Sums over the whole run.
 */
export interface Counts {
  /**
   * Traces read and replayed at least once.
   */
  traces: number;
  /**
   * Times a trace was replayed: traces x pairs x debug settings.
   */
  replays: number;
  /**
   * Replays with a divergence.
   */
  diverged: number;
  /**
   * Operations that both sides ran and that were compared.
   */
  compared: number;
  /**
   * Operations after the end of a side.
   */
  notCompared: number;
  /**
   * Changed words of state compared.
   */
  words: number;
  agreed: Agreed;
  /**
   * Divergences that a baseline has.
   */
  known: number;
  /**
   * Divergences that no baseline has.
   */
  new: number;
  /**
   * Problems of the input.
   */
  problems: number;
}
export interface Problem {
  file: string;
  /**
   * From 1.
   */
  line?: number;
  /**
   * From 1.
   */
  column?: number;
  /**
   * JSON pointer.
   */
  pointer?: string;
  message: string;
}
/**
 * Divergences with the same root cause, told apart by what can be seen of it.
 */
export interface Bucket {
  /**
   * The same in every run for the same cause.
   */
  id: string;
  verdict: 'known' | 'new';
  /**
   * The baseline entry that has it.
   */
  entry?: string;
  pair: Sides;
  /**
   * Name of the operation.
   */
  op: string;
  kind: Kind;
  outcomes: Sides;
  expected?: ExpectedSides;
  /**
   * Columns that differ, sorted.
   */
  columns: Column[];
  /**
   * CONFIG_NVHE_EL2_DEBUG.
   */
  debug: boolean;
  /**
   * From a trace that pokes: need not be reachable.
   */
  constructed: boolean;
  /**
   * Divergences in it.
   */
  count: number;
  example: Example;
}
/**
 * One text for each implementation of the pair.
 */
export interface Sides {
  first: string;
  second: string;
}
/**
 * What was expected of each side that did something else.
 */
export interface ExpectedSides {
  first?: string;
  second?: string;
}
/**
 * The divergence of a bucket that the fewest operations lead to.
 */
export interface Example {
  trace: string;
  file: string;
  line: number;
  /**
   * From 0.
   */
  opIndex: number;
  /**
   * The operation with its parameters.
   */
  opText: string;
  /**
   * The operation's first page and its state before it.
   */
  before?: string;
  differences: Difference[];
  /**
   * Differences left out above.
   */
  moreDifferences: number;
}
export interface Difference {
  column: Column;
  subject: string;
  first: string;
  second: string;
}
/**
 * The known differences the run was held against.
 */
export interface Baseline {
  files: string[];
  entries: BaselineEntry[];
  /**
   * Entries that are stale.
   */
  stale: number;
}
export interface BaselineEntry {
  id: string;
  file: string;
  line: number;
  reason: string;
  owner: string;
  link?: string;
  /**
   * YYYY-MM-DD.
   */
  expires?: string;
  /**
   * Divergences it matched.
   */
  matched: number;
  /**
   * Why it is stale; empty if it is not.
   */
  stale: string[];
  /**
   * What it names was not run: its pairs, or its debug setting where it is met.
   */
  outOfScope: boolean;
}
/**
 * What the run met, by implementation.
 */
export interface Coverage {
  implementations: ImplementationCoverage[];
  /**
   * Cells and branches that had to be met (--require-coverage) and were not.
   */
  missing: string[];
}
export interface ImplementationCoverage {
  name: string;
  /**
   * Operation x state before it x outcome, those met only.
   */
  cells: Cell[];
  /**
   * Operation x state (of the states a page can be in), and operation x outcome, never met.
   */
  neverMet: string[];
  /**
   * Each way a check or a change went.
   */
  branches: Branch[];
  /**
   * Branches that are there and never went that way.
   */
  neverFired: string[];
}
export interface Cell {
  op: string;
  debug: boolean;
  /**
   * The host's state of the operation's first page.
   */
  host: string;
  hyp: string;
  guest: string;
  outcome: string;
  count: number;
}
export interface Branch {
  name: string;
  count: number;
}
/**
 * Single replays, for a page to show. Texts and states are named by their index.
 */
export interface Evidence {
  strings: string[];
  states: PageState[];
  traces: TraceEvidence[];
  /**
   * Replays for which there was no room.
   */
  leftOut: number;
}
/**
 * What a page is to the host and to hyp; `none` where there is no memory.
 */
export interface PageState {
  host: string;
  hyp: string;
  refcount: Count;
  /**
   * host_share_guest_count.
   */
  shares: number;
}
/**
 * One replay, operation by operation.
 */
export interface TraceEvidence {
  name: string;
  file: string;
  line: number;
  description?: string;
  /**
   * Index in `pairs`, from 0.
   */
  pair: number;
  debug: boolean;
  constructed: boolean;
  /**
   * Operations of the trace.
   */
  opCount: number;
  /**
   * Index of the first operation in `ops`.
   */
  first: number;
  ops: OpEvidence[];
  pages: PageEvidence[];
  pagesLeftOut: Count;
}
export interface OpEvidence {
  text: Count;
  outcomes: Indexes;
  met: Indexes1;
  buckets?: Indexes2;
  differences?: Indexes3;
  moreDifferences?: Count;
  explanation?: ExplanationEvidence;
}
/**
 * What each side did, call by call.
 */
export interface ExplanationEvidence {
  /**
   * Of each side: depth, kind and text, one line after the other.
   */
  trees: Indexes4[];
  rows: Indexes5;
  rowsLeftOut: Count;
  /**
   * Of each side: calls, depth, walks, PTE reads, PTE writes, TLB invalidations.
   */
  costs: Indexes4[];
  orderChanges: Indexes4;
  moved: Count;
  sameEffects: boolean;
  sameState: boolean;
}
export interface PageEvidence {
  pfn: number;
  cells: Indexes6;
}
/**
 * What was fuzzed: the same seed gives the same findings, in one part or in many.
 */
export interface Campaign {
  seed: Count;
  /**
   * With operations that the hypervisor itself would not do.
   */
  misuse: boolean;
  /**
   * Traces that were varied: how many, and a digest of them.
   */
  corpus: {
    traces: Count;
    digest: string;
  };
  /**
   * When it was to end: runs of all shards, operations and seconds of each.
   */
  limits: {
    runs?: Count;
    ops?: Count;
    seconds?: number;
  };
  /**
   * The parts in here: which of how many, counted from 1, and batches done.
   *
   * @minItems 1
   */
  shards: {
    index: number;
    of: number;
    batches: Count;
  }[];
  runs: Count;
  /**
   * Cells of operation, state before it and outcome that were met, by number.
   */
  cells: Count[];
  /**
   * One for each cause, in the order they were found.
   */
  findings: Finding[];
}
/**
 * A cause: its first batch, its smallest trace, and the bucket that shows it.
 */
export interface Finding {
  cause: string;
  /**
   * Divergences.
   */
  count: number;
  batch: Count;
  run: Count;
  /**
   * The id of a bucket.
   */
  bucket: string;
  /**
   * Where the trace is, or would be.
   */
  file: string;
  /**
   * The minimised trace, as its file has it.
   */
  trace: {
    [k: string]: unknown;
  };
}
/**
 * How many bugs, seeded into direct and legacy one at a time, the traces find: measured before, on the same traces.
 */
export interface SeededBugs {
  /**
   * Seeded bugs that can be found.
   */
  bugs: number;
  /**
   * Those of them that a trace finds.
   */
  found: number;
  /**
   * Mutants besides these that behave like the original.
   */
  equivalent: number;
  /**
   * Names of those that no trace finds.
   */
  survivors: string[];
}
/**
 * What exploring a bounded world showed.
 */
export interface Certificate {
  format: 'pkvm-certificate/1';
  /**
   * equivalent: everything reachable was tried, and nothing diverged. diverged: something did. inconclusive: nothing did so far, and not everything was tried.
   */
  verdict: 'equivalent' | 'diverged' | 'inconclusive';
  /**
   * Everything reachable was tried.
   */
  complete: boolean;
  /**
   * Why not.
   */
  limit?: string;
  implementations: PairOfTexts;
  compare: 'outcome' | 'ownership' | 'exact';
  /**
   * Which states are told apart.
   */
  view: 'exact' | 'ownership';
  /**
   * From boot as far as it goes, or from every constructed state, one operation deep.
   */
  from: 'boot' | 'all';
  /**
   * Only where the search was split by its first operation; from 0.
   */
  shard?: {
    index: Count;
    count: number;
  };
  world: World;
  states: Count;
  transitions: Count;
  /**
   * Operations of the longest shortest path.
   */
  depth: number;
  /**
   * States met, or kept where renamings of one are kept once, and not expanded.
   */
  frontier: number;
  /**
   * Of the state graph: the same for any order, any number of workers, any resume.
   */
  digest: string;
  /**
   * How often each outcome was met, by operation and outcome: `-EBUSY | -EPERM` where they differ.
   */
  outcomes: {
    [k: string]: {
      [k: string]: Count;
    };
  };
  /**
   * Something that can happen did not: the equivalence says nothing about it.
   */
  vacuous: boolean;
  missing: Texts3;
  buckets: CertificateBucket[];
  /**
   * Only where they were checked.
   */
  invariants?: Invariant[];
  /**
   * Which states were kept for all that differ only in names, where that was used. The counts are of all of them.
   */
  symmetry?: {
    renamings: Texts8;
    /**
     * Renamings, the identity counted.
     */
    order: number;
    /**
     * States kept.
     */
    kept: number;
  };
  seconds: number;
  /**
   * Operations run on the machines; the other transitions were known from their footprints.
   */
  executed: number;
  workers: number;
  /**
   * Of all states kept.
   */
  bytes: number;
}
/**
 * The bounded world: what is followed, and the operations tried in every state.
 */
export interface World {
  pages: Texts;
  gfns: Texts1;
  vms: Count;
  /**
   * A page with so many references is not pinned any more.
   */
  maxPins: number;
  /**
   * Range operations take 0 to so many pages.
   */
  ranges: number;
  /**
   * CONFIG_NVHE_EL2_DEBUG.
   */
  debug: boolean;
  /**
   * Where the pages lie: neighbours, edge, nomap or mmio.
   */
  place: string;
  ops: Texts2;
  /**
   * Operations, with parameters, tried in every state.
   */
  alphabet: number;
  /**
   * Operations before the first state.
   */
  setup: number;
}
export interface CertificateBucket {
  bucket: string;
  /**
   * That of the bucket in `buckets`.
   */
  id?: string;
  op: string;
  outcomes: PairOfTexts;
  columns: Texts4;
  /**
   * Transitions in it.
   */
  transitions: number;
  /**
   * Operations of the shortest trace, the set-up not counted.
   */
  length: number;
  trace: Texts5;
  /**
   * The baseline entry that has it; without one it is new.
   */
  entry?: string;
  /**
   * The file the trace was saved as.
   */
  file?: string;
  /**
   * Of a divergence from a constructed state: does the world get there from boot?
   */
  reachable?: 'reachable' | 'unreachable in this world' | 'unknown';
  bootTrace?: Texts6;
}
/**
 * An invariant, and whether it held in every state met.
 */
export interface Invariant {
  name: string;
  rule: string;
  source: string;
  holds: boolean;
  /**
   * What violates it.
   */
  what?: string;
  trace?: Texts7;
}
/**
 * One trace through one pair.
 */
export interface Replay {
  name: string;
  file: string;
  line: number;
  /**
   * Index in `pairs`, from 0.
   */
  pair: number;
  debug: boolean;
  constructed: boolean;
  /**
   * Operations compared.
   */
  compared: number;
  /**
   * Ids of the buckets its divergences are in, each once.
   */
  buckets: string[];
}
