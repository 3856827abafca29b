// SPDX-License-Identifier: GPL-2.0-only
/**
 * The machine that a kernel is booted on: QEMU's `virt` board with a device tree of our own, so
 * that the memory of a trace is there as the trace lays it out, with its edges and its gaps. The
 * kernel lives in memory of its own below it and never allocates from the trace's.
 */

import type { MemoryRegion } from '../../hyp/op.js';
import { Assembler } from './asm.js';
import { cells64, type FdtNode, nodeAt, parseFdt, writeFdt } from './fdt.js';

const PAGE = 4096;
/** First page of the board's memory: 1 GiB. */
export const RAM_PFN = 0x40000;
export const RAM_BASE = RAM_PFN * PAGE;
/** Pages of 1 GiB. Traces move by multiples of it, so that every block stays a block. */
const GIB_PAGES = 0x40000;
/** The first page of a trace's memory at the earliest: 2 GiB. */
const TRACE_PFN = 0x80000;

/** Where things are loaded, bytes. QEMU keeps its own device tree in the first MiB. */
const START_AT = RAM_BASE + 0x180000;
const KERNEL_AT = RAM_BASE + 0x200000;
/** Behind a kernel of at most 126 MiB. */
const DEVICE_TREE_AT = RAM_BASE + 0x8000000;
export const INITRD_AT = RAM_BASE + 0x8200000;

/** Pages that are kept for us: the hypervisor gets them, and nobody else uses them. */
export const SCRATCH_PFN = RAM_PFN + 0xa000;
export const SCRATCH_PAGES = 256;

/** What a machine is to look like. */
export interface Board {
  /** The regions of the traces that are to run on it, in the traces' own page numbers. */
  readonly memory: readonly MemoryRegion[];
  /** Pages to be added to a page number of a trace. */
  readonly shift: number;
  /** Pages of memory for the kernel itself, from RAM_PFN. */
  readonly kernelPages: number;
}

/** The board for a trace's memory. */
export function boardFor(memory: readonly MemoryRegion[]): Board {
  const first = memory[0]?.pfn ?? 0;
  const pages = memory.reduce((sum, region) => sum + region.pages, 0);
  const shift = TRACE_PFN - Math.floor(first / GIB_PAGES) * GIB_PAGES;
  // struct page takes 1/64 of all memory, and hyp's vmemmap and tables a little more.
  const kernelPages = 0x10000 + (pages > 0x40000 ? 0x8000 : 0);
  return { memory, shift, kernelPages };
}

/** Bytes of memory that the board has to have. */
export function boardBytes(board: Board): number {
  const last = board.memory.at(-1);
  const end = last ? last.pfn + last.pages + board.shift : RAM_PFN + board.kernelPages;
  // Whole MiB, with room behind the last page: an edge of memory is not the edge of the board.
  return (Math.ceil((end - RAM_PFN) / 256) + 2) * 256 * PAGE;
}

/** The parts of the board that are memory of the machine, bytes. */
export function memoryParts(board: Board): { readonly address: number; readonly length: number }[] {
  const regions = board.memory.map(({ pfn, pages }) => [pfn + board.shift, pages]);
  return [[RAM_PFN, board.kernelPages], ...regions].map(([pfn, pages]) => ({
    address: pfn * PAGE,
    length: pages * PAGE,
  }));
}

/** The board's tree, from the one that QEMU makes for its devices. */
export function deviceTree(
  fromQemu: Buffer,
  board: Board,
  boot: { readonly arguments: string; readonly initrdBytes: number },
): Buffer {
  const root = parseFdt(fromQemu);
  const others = root.children.filter(({ name }) => !/^memory(@|$)/.test(name));
  root.children.splice(0, root.children.length, ...others);
  addMemory(root, RAM_PFN, board.kernelPages);
  const reserved = nodeAt(root, 'reserved-memory');
  reserved.properties.set('#address-cells', Buffer.from([0, 0, 0, 2]));
  reserved.properties.set('#size-cells', Buffer.from([0, 0, 0, 2]));
  reserved.properties.set('ranges', Buffer.alloc(0));
  const own = nodeAt(reserved, `tracediff@${(SCRATCH_PFN * PAGE).toString(16)}`);
  own.properties.set('reg', cells64(SCRATCH_PFN * PAGE, SCRATCH_PAGES * PAGE));
  for (const { pfn, pages, nomap } of board.memory) {
    addMemory(root, pfn + board.shift, pages);
    const address = (pfn + board.shift) * PAGE;
    const node = nodeAt(reserved, `trace@${address.toString(16)}`);
    node.properties.set('reg', cells64(address, pages * PAGE));
    if (nomap) node.properties.set('no-map', Buffer.alloc(0));
  }
  const chosen = nodeAt(root, 'chosen');
  chosen.properties.set('bootargs', Buffer.from(`${boot.arguments}\0`, 'latin1'));
  chosen.properties.set('linux,initrd-start', cells64(INITRD_AT));
  chosen.properties.set('linux,initrd-end', cells64(INITRD_AT + boot.initrdBytes));
  // What QEMU puts there for randomness would make two boots differ.
  chosen.properties.delete('kaslr-seed');
  chosen.properties.delete('rng-seed');
  return writeFdt(root);
}

function addMemory(root: FdtNode, pfn: number, pages: number): void {
  const address = pfn * PAGE;
  const node = nodeAt(root, `memory@${address.toString(16)}`);
  node.properties.set('device_type', Buffer.from('memory\0', 'latin1'));
  node.properties.set('reg', cells64(address, pages * PAGE));
}

/** Where the kernel is loaded; `textOffset` from its header, bytes. */
export function kernelAddress(textOffset: number): number {
  return KERNEL_AT + textOffset;
}

/** Files to be loaded, with their addresses, and where the CPU starts. */
export function loadedFiles(paths: {
  readonly start: string;
  readonly kernel: string;
  readonly deviceTree: string;
  readonly initrd: string;
  readonly textOffset: number;
}): { readonly file: string; readonly address: number }[] {
  return [
    { file: paths.start, address: START_AT },
    { file: paths.kernel, address: kernelAddress(paths.textOffset) },
    { file: paths.deviceTree, address: DEVICE_TREE_AT },
    { file: paths.initrd, address: INITRD_AT },
  ];
}

/** Code that the CPU starts with: jumps into the kernel as Documentation/arch/arm64/booting asks. */
export function startCode(textOffset: number): { readonly code: Buffer; readonly address: number } {
  const asm = new Assembler().mov64(0, BigInt(DEVICE_TREE_AT));
  for (const register of [1, 2, 3]) asm.mov64(register, 0n);
  asm.mov64(4, BigInt(kernelAddress(textOffset))).branchRegister(4);
  return { code: asm.code(), address: START_AT };
}
