// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { filterReplays, NO_FILTERS } from '../../../page/filter.js';
import { Model } from '../../../page/model.js';
import { ownerOf } from '../../../page/ownership.js';
import { formatHash, parseHash, startState, update } from '../../../page/state.js';
import { documentOf, exampleDocument, HOSTILE, hostileTrace } from '../documents.js';

const model = new Model(exampleDocument());
const start = startState(model, '');
const BUSY = 'unshare-hyp-busy-or-refused';

function opened(hash: string) {
  const state = startState(model, hash);
  const replay = model.replays[state.replay ?? -1];
  return { state, replay };
}

describe('a link', () => {
  it('opens the trace and the operation it names', () => {
    const { state, replay } = opened(`#trace=${BUSY}&op=3`);
    expect(replay.name).toBe(BUSY);
    expect(state.op).toBe(3);
  });

  it('opens a trace at its divergence if it names no operation', () => {
    expect(opened(`#trace=${BUSY}`).state.op).toBe(6);
  });

  it('leads back to what it was made from, whatever the name', () => {
    for (const replay of model.replays) {
      const place = { replay: replay.id, op: replay.first };
      expect(parseHash(model, formatHash(model, place))).toEqual(place);
    }
    expect(formatHash(model, { replay: model.findReplay(HOSTILE)?.id ?? -1, op: 1 })).not.toContain(
      '<',
    );
  });

  it('tells replays of one trace apart', () => {
    const twice = new Model(
      documentOf(
        [hostileTrace()],
        [
          ['legacy', 'direct'],
          ['series-1', 'direct'],
        ],
      ),
    );
    for (const { id } of twice.replays) {
      expect(parseHash(twice, formatHash(twice, { replay: id, op: 2 }))).toEqual({
        replay: id,
        op: 2,
      });
    }
  });

  it('that names nothing here changes nothing', () => {
    expect(parseHash(model, '#trace=nobody&op=1')).toBeUndefined();
    expect(parseHash(model, '')).toBeUndefined();
    expect(startState(model, '#trace=nobody')).toEqual(start);
  });

  it.each(['-5', '9999', 'x', '1.5'])('to operation %s stays within the trace', (op) => {
    const { state, replay } = opened(`#trace=${BUSY}&op=${op}`);
    expect(replay.ops.map(({ index }) => index)).toContain(state.op);
  });
});

describe('keys', () => {
  const { state } = opened(`#trace=${BUSY}&op=3`);
  const press = (key: string, from = state) => update(model, from, { kind: 'key', key });

  it('move between operations and stop at the ends', () => {
    expect(press('ArrowRight').op).toBe(4);
    expect(press('ArrowLeft').op).toBe(2);
    expect(press('Home').op).toBe(0);
    expect(press('End').op).toBe(6);
    expect(press('ArrowLeft', { ...state, op: 0 }).op).toBe(0);
    expect(press('ArrowRight', { ...state, op: 6 }).op).toBe(6);
  });

  it('move between pages and stop at the ends', () => {
    expect(press('ArrowDown').row).toBe(0);
    expect(press('ArrowUp').row).toBe(0);
  });

  it('lead to divergences', () => {
    expect(press('n').op).toBe(6);
    expect(press('p')).toBe(state);
  });

  it('that mean nothing do nothing', () => {
    expect(press('x')).toBe(state);
  });
});

describe('filters', () => {
  const names = (filters: object) =>
    filterReplays(model.replays, { ...NO_FILTERS, ...filters }).map(({ name }) => name);

  it('pass everything when empty', () => {
    expect(names({})).toHaveLength(model.replays.length);
  });

  it('by name, operation, outcome, page and verdict', () => {
    expect(names({ text: 'BUSY-or' }).length).toBeGreaterThan(0);
    expect(names({ text: 'BUSY-or' }).every((name) => name.includes('busy-or'))).toBe(true);
    expect(names({ outcome: '-EBUSY', op: '__pkvm_host_unshare_hyp' })).toContain(BUSY);
    expect(names({ outcome: '-EBUSY', op: '__pkvm_host_share_hyp' })).toEqual([]);
    expect(names({ page: '0x40100' })).toContain(BUSY);
    expect(names({ page: '0x12345' })).toEqual([]);
    expect(names({ page: 'no number' })).toEqual([]);
    expect(names({ verdict: 'new' })).toContain(BUSY);
    expect(names({ verdict: 'equal' })).not.toContain(BUSY);
  });
});

describe('who has a page', () => {
  const of = (host: string, hyp: string, shares = 0) => ownerOf({ host, hyp, refcount: 0, shares });

  it('follows from host, hyp and the share count', () => {
    expect(of('OWNED', 'NOPAGE')).toBe('host');
    expect(of('NOPAGE', 'OWNED')).toBe('hyp');
    expect(of('SHARED_OWNED', 'SHARED_BORROWED')).toBe('shared');
    expect(of('SHARED_OWNED', 'NOPAGE', 2)).toBe('guest');
    expect(of('SHARED_OWNED', 'NOPAGE')).toBe('ffa');
    expect(of('OWNED', 'SHARED_BORROWED')).toBe('odd');
    expect(of('NOPAGE', 'NOPAGE')).toBe('odd');
    expect(of('none', 'none')).toBe('none');
  });
});

describe('the theme', () => {
  it('goes from automatic to light to dark and back', () => {
    const light = update(model, start, { kind: 'theme' });
    const dark = update(model, light, { kind: 'theme' });
    expect([start.theme, light.theme, dark.theme]).toEqual(['auto', 'light', 'dark']);
    expect(update(model, dark, { kind: 'theme' }).theme).toBe('auto');
  });
});

describe('playing a trace', () => {
  const { state } = opened(`#trace=${BUSY}&op=5`);
  const playing = update(model, state, { kind: 'play', on: true });

  it('goes on to the last operation and stops there', () => {
    const last = update(model, playing, { kind: 'tick' });
    expect([playing.op, playing.playing]).toEqual([5, true]);
    expect([last.op, last.playing]).toEqual([6, false]);
    expect(update(model, last, { kind: 'tick' })).toBe(last);
  });

  it('starts again from the end, and stops when told to or when something else is opened', () => {
    const atEnd = update(model, playing, { kind: 'tick' });
    expect(update(model, atEnd, { kind: 'play', on: true }).op).toBe(0);
    expect(update(model, playing, { kind: 'play', on: false }).playing).toBe(false);
    const place = { replay: state.replay ?? -1, op: 2 };
    expect(update(model, playing, { kind: 'open', place }).playing).toBe(false);
  });
});

describe('causes', () => {
  const [{ id }] = model.document.buckets;

  it('open and close', () => {
    const open = update(model, start, { kind: 'toggle', id, isOpen: true });
    expect([...open.open]).toEqual([id]);
    expect([...update(model, open, { kind: 'toggle', id, isOpen: false }).open]).toEqual([]);
  });

  it('open when a link names one, and all to be printed', () => {
    expect([...startState(model, `#cause-${id}`).open]).toEqual([id]);
    expect(startState(model, '#cause-x').open.size).toBe(0);
    const all = update(model, start, { kind: 'open all' });
    expect(all.open.size).toBe(model.document.buckets.length);
  });
});
