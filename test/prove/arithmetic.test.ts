// SPDX-License-Identifier: GPL-2.0-only
/**
 * The classes of parameters hold as long as the implementations compute nothing else with them: the
 * whole arithmetic of their source, against what the prover lists.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { __hyp_va, HYP_VA_END, PFN_SPACE, wrapPfn, wrapVirt } from '../../src/hyp/numbers.js';
import {
  ARITHMETIC,
  classesOf,
  classOf,
  INT_PAGES,
  PARAMETERS,
} from '../../src/prove/parameters.js';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

interface Tree {
  readonly type: string;
  readonly [key: string]: unknown;
}

const COMPUTING = [
  'BinaryExpression',
  'UnaryExpression',
  'UpdateExpression',
  'AssignmentExpression',
];

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Every expression below a node that computes, and every call of a function of numbers.ts. */
function computations(node: unknown, source: string, found: string[]): void {
  if (Array.isArray(node)) for (const one of node) computations(one, source, found);
  if (!isTree(node)) return;
  const text = source.slice(Number(node.start), Number(node.end));
  const isPlainAssignment = node.type === 'AssignmentExpression' && node.operator === '=';
  const isNegation = node.type === 'UnaryExpression' && /^(-E[A-Z]+|!.*)$/.test(text);
  if (COMPUTING.includes(node.type) && !isPlainAssignment && !isNegation) found.push(text);
  const callee = node.type === 'CallExpression' && isTree(node.callee) ? node.callee : undefined;
  if (callee?.type === 'Identifier') found.push(text);
  for (const value of Object.values(node)) computations(value, source, found);
}

let found: Set<string>;

beforeAll(() => {
  const all: string[] = [];
  for (const folder of ['legacy', 'direct']) {
    for (const file of readdirSync(SRC + folder)) {
      const text = readFileSync(`${SRC}${folder}/${file}`, 'utf8');
      const { code } = transformSync(text, { loader: 'ts' });
      computations(parseAst(code), code, all);
    }
  }
  found = new Set(all.map((text) => text.replaceAll(/\s+/g, ' ')));
});

describe('the implementations', () => {
  it('compute with parameters what the prover lists, and nothing else', () => {
    const others = [...found].filter(
      (text) =>
        !/^WARN_ON\(/.test(text) &&
        !/^pkvm_mkstate\((perms|PAGE_HYP), PKVM_PAGE_\w+\)$/.test(text) &&
        !/^(describe|newTransition)\(|^step === /.test(text),
    );
    expect(others.sort()).toEqual(
      [
        // __hyp_va(pfn)
        '__hyp_va(pfn)',
        // wrapVirt(virt + nr_pages)
        'wrapVirt(virt + 1)',
        'virt + 1',
        'wrapVirt(virt + nr_pages)',
        'virt + nr_pages',
        'wrapVirt(addr + tx.nr_pages)',
        'addr + tx.nr_pages',
        // intBytes(unmapped)
        'intBytes(this.mm.kvm_pgtable_hyp_unmap(addr, tx.nr_pages))',
        'intBytes(this.mm.kvm_pgtable_hyp_unmap(tx.initiator.addr, tx.nr_pages))',
        'wrapPfn((pages * 4096 | 0) / 4096)',
        '(pages * 4096 | 0) / 4096',
        'pages * 4096 | 0',
        'pages * 4096',
        // unmapped !== nr_pages
        'ret !== tx.nr_pages',
        'this.mm.kvm_pgtable_hyp_unmap(virt, 1) !== 1',
        'this.mm.kvm_pgtable_hyp_unmap(virt, nr_pages) !== nr_pages',
        // of answers and constants
        'this.__do_share(share) !== 0',
        'this.__do_unshare(share) !== 0',
        'this.__do_donate(donation) !== 0',
        'this.mm.__host_set_page_state_range(pfn, 1, PKVM_PAGE_OWNED) !== 0',
        'this.mm.__host_set_page_state_range(pfn, 1, PKVM_PAGE_SHARED_OWNED) !== 0',
        'this.mm.host_stage2_set_owner_locked(pfn, nr_pages, PKVM_ID_HOST) !== 0',
        'this.mm.host_stage2_set_owner_locked(pfn, nr_pages, PKVM_ID_HYP) !== 0',
        'this.mm.pkvm_create_mappings_locked(virt, wrapVirt(virt + 1), prot) !== 0',
        'this.mm.pkvm_create_mappings_locked(virt, wrapVirt(virt + nr_pages), prot) !== 0',
        'perms !== PAGE_HYP',
        'tx.initiator.id !== PKVM_ID_HOST',
        'tx.initiator.id !== PKVM_ID_HYP',
        'tx.initiator.id === PKVM_ID_HOST',
      ].sort(),
    );
    expect(ARITHMETIC).toHaveLength(4);
  });
});

/** What legacy makes of a number of pages. */
const intBytes = (pages: number) => wrapPfn(((pages * 4096) | 0) / 4096);

describe('the classes of parameters', () => {
  it('cover both sides of every turn of the arithmetic', () => {
    const names = classesOf('__pkvm_host_donate_hyp').map(({ values }) => values);
    for (const size of PARAMETERS.nr_pages) {
      expect(names.some(({ nr_pages }) => nr_pages === size)).toBe(true);
    }
    for (const turn of PARAMETERS.end) expect(names.some(({ end }) => end === turn)).toBe(true);
    for (const turn of PARAMETERS.address) {
      expect(names.some(({ address }) => address === turn)).toBe(true);
    }
  });

  it('tell apart where an address or an end wraps', () => {
    expect(classOf({ pfn: HYP_VA_END - 1, nr_pages: 1 }).values).toMatchObject({
      address: 'within',
      end: 'wraps',
    });
    expect(classOf({ pfn: HYP_VA_END, nr_pages: 1 }).values).toMatchObject({
      address: 'wraps',
      end: 'within',
    });
    expect(__hyp_va(HYP_VA_END)).toBe(HYP_VA_END - PFN_SPACE);
    expect(wrapVirt(HYP_VA_END)).toBe(HYP_VA_END - PFN_SPACE);
  });

  it('tell apart the sizes that an int holds in bytes', () => {
    for (const pages of [1, 2, INT_PAGES - 1]) expect(intBytes(pages)).toBe(pages);
    for (const pages of [INT_PAGES, INT_PAGES + 1, 2 ** 20, 2 ** 20 + 7, 2 ** 28, 2 ** 36]) {
      expect(intBytes(pages)).not.toBe(pages);
    }
  });

  it('have every unmapped size but all of them differ from the size, as an int too', () => {
    for (const size of [1, 2, 300, INT_PAGES, 2 ** 20 + INT_PAGES, 2 ** 36]) {
      for (const unmapped of [0, 1, size - 1, size - 2 ** 20, size - INT_PAGES]) {
        if (unmapped < 0 || unmapped >= size) continue;
        expect(intBytes(unmapped)).not.toBe(size);
      }
    }
  });
});
