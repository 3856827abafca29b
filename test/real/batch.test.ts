// SPDX-License-Identifier: GPL-2.0-only
/**
 * Our code at EL2, run by an interpreter on a small machine: one page of host stage 2, one of hyp's
 * stage 1, and a vmemmap. The functions it calls are ours.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PKVM_NOPAGE } from '../../src/hyp/page_state.js';
import { Batch, type Call } from '../../src/real/drive/batch.js';
import { codePage } from '../../src/real/drive/code_page.js';
import type { Ending } from '../../src/real/drive/cpu.js';
import type { Kernel } from '../../src/real/drive/kernel.js';
import { Ram } from '../../src/real/emulator/ram.js';
import type { Addresses } from '../../src/real/machine/addresses.js';
import { OwnershipReader } from '../../src/real/machine/ownership_reader.js';
import { TableMirror } from '../../src/real/machine/table_mirror.js';
import { runCode } from './a64.js';

const BASE = 0x4000_0000;
const PAGE = 4096;
const PFN = 0x40100;
/** Hyp virtual addresses are physical ones plus this. */
const HYP = 0x8000_0000_0000n;
/** Tables: the host's at levels 1, 2 and 3; hyp's at 0 to 3; then the vmemmap and our data pages. */
const HOST = [BASE, BASE + 2 * PAGE, BASE + 3 * PAGE];
const HYPS = [BASE + 4 * PAGE, BASE + 5 * PAGE, BASE + 6 * PAGE, BASE + 7 * PAGE];
const VMEMMAP = BASE + 8 * PAGE;
const DATA = BASE + 16 * PAGE;
const DATA_BYTES = 255 * PAGE;
const VMEMMAP_VA = HYP + BigInt(VMEMMAP - PFN * 4);

const MAPPED = BigInt(PFN * PAGE) | 0x7ffn;
const SHARED_OWNED = 1n << 55n;
const SHARED_BORROWED = 2n << 55n;
const hostEntry = HOST[2] + 8 * (PFN % 512);
const hypEntry = HYPS[3] + 8 * (PFN % 512);

let folder: string;
let ram: Ram;

function put(address: number, value: bigint): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  ram.write(address, bytes);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'batch-'));
  const file = join(folder, 'ram');
  const fd = openSync(file, 'w');
  ftruncateSync(fd, 16 * PAGE + DATA_BYTES);
  closeSync(fd);
  ram = new Ram(file, BASE);
  put(HOST[0] + 8, BigInt(HOST[1]) | 3n);
  put(HOST[1], BigInt(HOST[2]) | 3n);
  put(HYPS[0] + 8 * 256, BigInt(HYPS[1]) | 3n);
  put(HYPS[1] + 8, BigInt(HYPS[2]) | 3n);
  put(HYPS[2], BigInt(HYPS[3]) | 3n);
  // The vmemmap is mapped where hyp looks for it: in the last table, by its own address.
  put(HYPS[3] + 8 * (Number((VMEMMAP_VA + BigInt(PFN * 4)) >> 12n) % 512), BigInt(VMEMMAP) | 3n);
});

afterEach(() => {
  ram.close();
  rmSync(folder, { recursive: true });
});

type Function = (x: readonly bigint[]) => bigint | 'never returns';

/** Makes calls of functions by their position. */
async function batchOf(functions: readonly Function[], calls: readonly Omit<Call, 'pc'>[]) {
  const code = codePage();
  const hypVa = (pa: number | bigint) => BigInt.asUintN(64, BigInt(pa) + HYP);
  const hypPa = (va: bigint) => BigInt.asUintN(64, va - HYP);
  const addresses = { hypVa, hypPa } as unknown as Addresses;
  const tables = {
    host: new TableMirror(ram, HOST[0], 1, 2),
    hyp: new TableMirror(ram, HYPS[0], 0, 1),
  };
  const layout = {
    ...{ size: 4, refcount: 0, ownerShift: 2 },
    ...{ hostState: undefined, hypState: undefined, shareCount: undefined },
  };
  const memory = [{ pfn: PFN, pages: 4, nomap: false }];
  const reader = new OwnershipReader(ram, addresses, tables, layout, memory, VMEMMAP_VA);
  const callOwn = async (offset: number, control: bigint): Promise<Ending> => {
    let isHome = true;
    runCode(code.code, offset, control, {
      read: (address) => ram.u64(Number(hypPa(address))),
      write: (address, value) => put(Number(hypPa(address)), value),
      call: (address, x) => {
        const result = functions[Number(address) - 1](x);
        if (result === 'never returns') isHome = false;
        return result;
      },
    });
    const registers = { x: new BigUint64Array(31), sp: 0n, pc: 0n, cpsr: 0 };
    return isHome ? { kind: 'returned', registers } : { kind: 'panic', outcome: 7, at: 'there' };
  };
  const machine = { vmemmap: VMEMMAP_VA, hostRoot: HOST[0], hostLevel: 1, hypRoot: HYPS[0] };
  const kernel = { ram, addresses, machine, code, callOwn, data: DATA } as unknown as Kernel;
  return new Batch(kernel, reader).run(calls.map((call, i) => ({ pc: BigInt(i + 1), ...call })));
}

const owned = { host: 0, hyp: PKVM_NOPAGE, refcount: 0, owner: 0, shareCount: 0, guests: [] };

describe('calls in a batch', () => {
  it('get their arguments, and give what each returned and the pages that it changed', async () => {
    const share: Function = ([pfn]) => {
      put(hostEntry, MAPPED | SHARED_OWNED);
      put(hypEntry, MAPPED | SHARED_BORROWED);
      return pfn - BigInt(PFN);
    };
    const pin: Function = ([from, to]) => {
      ram.write(VMEMMAP, Buffer.from([1, 0, 0, 0]));
      return to - from;
    };
    const refused: Function = () => BigInt.asUintN(64, -1n);
    const run = await batchOf(
      [share, pin, refused],
      [
        { args: [BigInt(PFN)], pages: [PFN] },
        { args: [5n, 12n], pages: [PFN, PFN + 1] },
        { args: [], pages: [PFN + 1] },
      ],
    );
    const shared = { ...owned, host: 1, hyp: 2 };
    expect(run).toEqual({
      steps: [
        { x0: 0n, pages: new Map([[PFN, shared]]) },
        { x0: 7n, pages: new Map([[PFN, { ...shared, refcount: 1 }]]) },
        { x0: BigInt.asUintN(64, -1n), pages: new Map() },
      ],
      ended: undefined,
    });
  });

  it('end at the one that does not return, with the pages that it had changed by then', async () => {
    const run = await batchOf(
      [
        () => 0n,
        () => {
          put(hostEntry, 1n << 2n);
          return 'never returns';
        },
      ],
      [
        { args: [], pages: [PFN] },
        { args: [], pages: [PFN] },
      ],
    );
    expect(run).toEqual({
      steps: [{ x0: 0n, pages: new Map() }],
      ended: {
        ending: { kind: 'panic', outcome: 7, at: 'there' },
        pages: new Map([[PFN, { ...owned, host: PKVM_NOPAGE, owner: 1 }]]),
      },
    });
  });

  it('see a block that a table took the place of, and a table that became one', async () => {
    put(HOST[1], 0x40000000n | 0x7fdn);
    const split: Function = () => {
      for (let i = 0; i < 512; i++) put(HOST[2] + 8 * i, BigInt(BASE + i * PAGE) | 0x7ffn);
      put(hostEntry, 1n << 2n);
      put(HOST[1], BigInt(HOST[2]) | 3n);
      return 0n;
    };
    const join: Function = () => {
      put(HOST[1], 0x40000000n | 0x7fdn);
      return 0n;
    };
    const call = { args: [], pages: [PFN, PFN + 1] };
    const run = await batchOf([split, join], [call, call]);
    expect(run?.steps.map(({ pages }) => [...pages])).toEqual([
      [[PFN, { ...owned, host: PKVM_NOPAGE, owner: 1 }]],
      [[PFN, owned]],
    ]);
  });

  it('have to be made one by one when a page changed that none of them names', async () => {
    const other: Function = () => {
      put(hostEntry + 8, 1n << 2n);
      return 0n;
    };
    expect(await batchOf([other], [{ args: [], pages: [PFN] }])).toBeUndefined();
  });
});
