// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instrument } from '../../src/explain/instrument.js';
import { FLUSHES, signatureOf, TRACED_NAMES } from '../../src/explain/signatures.js';
import { dumpState } from '../../src/hyp/dump.js';
import { Machine } from '../../src/hyp/machine.js';
import { IMPLEMENTATIONS } from '../../src/implementations.js';
import { Parser, type Recording } from '../../src/trace/index.js';
import { implementation, traceOf } from './support.js';

function recordings(file: string): Recording[] {
  const parser = Parser.ofRecordings();
  const url = new URL(`../golden/${file}.jsonl`, import.meta.url);
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const result = parser.parse(line, file);
      if (!result.ok) throw new Error(`${file} is no recording`);
      return result.trace;
    });
}

const { machine: CONFIG } = traceOf([{ op: '__pkvm_vcpu_put' }]);

function newMachine(name = 'legacy'): Machine {
  return Machine.alone(CONFIG, implementation(name));
}

/** Methods under a kernel name that C has as an inline function, a macro or part of another. */
const INLINED: ReadonlySet<string> = new Set([
  'hyp_phys_to_page',
  'hyp_page_ref_inc',
  'hyp_page_ref_dec',
  'hyp_page_ref_dec_and_test',
  'hyp_set_page_refcounted',
  'list_empty',
  'list_add_tail',
  '__list_del_entry',
  'page_add_to_list',
  'page_remove_from_list',
  'node_to_page',
  '__find_buddy_nocheck',
  '__find_buddy_avail',
  'INIT_LIST_HEAD',
  'kvm_clear_pte',
  'kvm_init_table_pte',
  'kvm_host_prepare_stage2',
  'kvm_pgtable_hyp_init',
  'host_lock_component',
  'host_unlock_component',
  'hyp_lock_component',
  'hyp_unlock_component',
  'guest_lock_component',
  'guest_unlock_component',
  'pkvm_hyp_vcpu_to_hyp_vm',
]);

describe('an instrumented machine', () => {
  it.each(['core', 'guest', 'oom'])('does what a plain one does: %s', (file) => {
    for (const recording of recordings(file).slice(0, 12)) {
      for (const name of ['legacy', 'direct']) {
        const plain = Machine.alone(recording.machine, implementation(name));
        const traced = Machine.alone(recording.machine, implementation(name));
        const recorder = instrument(traced);
        for (const op of recording.ops) {
          if (plain.panicked) break;
          recorder.begin();
          const outcome = traced.run(op);
          recorder.end();
          expect(outcome).toBe(plain.run(op));
          plain.state.commit();
          traced.state.commit();
        }
        expect(dumpState(traced)).toEqual(dumpState(plain));
      }
    }
  });

  it('leaves every other machine and the classes alone', () => {
    const plain = newMachine();
    const before = Object.getOwnPropertyNames(plain.memProtect);
    const prototype: unknown = Object.getPrototypeOf(plain.memProtect);
    const method: unknown = Reflect.get(plain.memProtect, '__host_check_page_state_range');
    instrument(newMachine());
    expect(Object.getOwnPropertyNames(plain.memProtect)).toEqual(before);
    expect(Reflect.get(Object(prototype), '__host_check_page_state_range')).toBe(method);
  });
});

describe('the traced functions', () => {
  /** Methods of a machine's components under a name the kernel could have. */
  function kernelMethods(): Set<string> {
    const names = new Set<string>();
    for (const { name } of IMPLEMENTATIONS) {
      const machine = newMachine(name);
      const { alloc, hypPgtable, stage2, tablePages, hostStage2, memProtect } = machine;
      const { guest, ffa, pkvm, hypMain, vmemmap, locks, transitions } = machine;
      const side: unknown = Reflect.get(transitions, 'side');
      const objects = [alloc, hypPgtable, stage2, tablePages, hostStage2, memProtect, guest];
      for (const object of [...objects, ffa, pkvm, hypMain, vmemmap, locks, transitions, side]) {
        for (const method of methodsOf(object)) names.add(method);
      }
    }
    return names;
  }

  function methodsOf(object: unknown): string[] {
    const names: string[] = [];
    let prototype: unknown = Object.getPrototypeOf(Object(object));
    while (prototype !== Object.prototype && prototype !== null) {
      for (const [name, { value }] of Object.entries(
        Object.getOwnPropertyDescriptors(Object(prototype)),
      )) {
        const isKernels = name.includes('_') && !/[a-z][A-Z]/.test(name);
        if (typeof value === 'function' && isKernels) names.push(name);
      }
      prototype = Object.getPrototypeOf(Object(prototype));
    }
    return names;
  }

  it('are all functions with a kernel name, but those C has inlined', () => {
    const known = new Set([...TRACED_NAMES, ...INLINED, ...FLUSHES]);
    expect([...kernelMethods()].filter((name) => !known.has(name))).toEqual([]);
  });

  it('have no more arguments shown than they take', () => {
    const { alloc, hypPgtable, stage2, hostStage2, memProtect, transitions } = newMachine();
    const components = { alloc, hypPgtable, stage2, hostStage2, memProtect, transitions };
    for (const [component, object] of Object.entries(components)) {
      for (const name of TRACED_NAMES) {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== 'function') continue;
        const shown = signatureOf(component, name)?.args ?? [];
        expect(shown.length, name).toBeLessThanOrEqual(method.length);
      }
    }
  });

  it('are all there', () => {
    const methods = kernelMethods();
    expect([...TRACED_NAMES, ...INLINED, ...FLUSHES].filter((name) => !methods.has(name))).toEqual(
      [],
    );
  });
});
