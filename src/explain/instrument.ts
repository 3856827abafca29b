// SPDX-License-Identifier: GPL-2.0-only
/**
 * Makes one machine tell a recorder what it does. Methods of its components are shadowed by own
 * properties of the same name, so a machine nobody asked about runs the code it always ran: tracing
 * costs nothing when it is off.
 */

import { lockNames } from '../hyp/locks.js';
import type { Machine } from '../hyp/machine.js';
import { EAGAIN, outcomeText } from '../hyp/outcome.js';
import { HypPanic } from '../hyp/panic.js';
import { KVM_PGTABLE_LAST_LEVEL } from '../hyp/pte.js';
import type { ComposedTransitions, Transitions } from '../hyp/transitions.js';
import { foundBy } from './checks.js';
import { Recorder } from './recorder.js';
import { FLUSHES, type Signature, signatureOf, TRACED_NAMES } from './signatures.js';
import { argsText, valueText } from './values.js';

type Method = (...args: unknown[]) => unknown;

/** The parts of a machine whose methods stand for kernel functions. */
const COMPONENTS = [
  'alloc',
  'hypPgtable',
  'stage2',
  'tablePages',
  'hostStage2',
  'memProtect',
  'guest',
  'ffa',
  'pkvm',
  'hypMain',
] as const;

/** Instruments a machine; the recorder is still to be switched on with `begin()`. */
export function instrument(machine: Machine): Recorder {
  const recorder = new Recorder(machine);
  for (const component of COMPONENTS) traceObject(machine[component], component, recorder);
  traceImplementation(machine, recorder);
  traceLocks(machine, recorder);
  traceConfig(machine, recorder);
  traceState(machine, recorder);
  return recorder;
}

/** An implementation's own objects: the one that has the transitions, and those it is made of. */
function traceImplementation(machine: Machine, recorder: Recorder): void {
  const known = new Set<unknown>(COMPONENTS.map((component) => machine[component]));
  const open: object[] = isComposed(machine.transitions)
    ? [...machine.transitions.parts]
    : [machine.transitions];
  for (let object = open.pop(); object; object = open.pop()) {
    if (known.has(object)) continue;
    known.add(object);
    traceObject(object, 'transitions', recorder);
    for (const value of Object.values(object)) if (isInstance(value)) open.push(value);
  }
}

function isComposed(transitions: Transitions): transitions is ComposedTransitions {
  return 'parts' in transitions;
}

function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null;
}

function traceObject(object: object, component: string, recorder: Recorder): void {
  for (const name of TRACED_NAMES) {
    const signature = signatureOf(component, name);
    if (signature)
      shadow(object, name, (call) => traced(call, component, name, signature, recorder));
  }
  for (const name of FLUSHES) {
    shadow(object, name, () => () => {
      if (recorder.active) recorder.tlbFlush(name);
    });
  }
}

/** Puts a function made from a method in front of it, if the object has that method. */
function shadow(object: object, name: string, make: (call: Method) => Method): void {
  const method: unknown = Reflect.get(object, name);
  if (typeof method !== 'function') return;
  const call: Method = (...args) => Reflect.apply(method, object, args);
  Object.defineProperty(object, name, { value: make(call), configurable: true, writable: true });
}

function traced(
  call: Method,
  component: string,
  name: string,
  signature: Signature,
  recorder: Recorder,
): Method {
  const { machine } = recorder;
  const { layout } = machine;
  const isWalk = name === 'kvm_pgtable_walk';
  return (...args) => {
    // A method that hands on to another of its name is one function in C.
    if (!recorder.active || recorder.innermost === signature.shown) return call(...args);
    if (isWalk) recorder.walk();
    recorder.enter(signature.shown, () => argsText(signature.args, args, layout));
    let result: unknown;
    try {
      result = call(...args);
    } catch (error) {
      if (error instanceof HypPanic) recorder.unwind(outcomeText(error.code));
      throw error;
    }
    const found = recorder.quietly(() => foundBy(machine, component, name, args, result));
    recorder.leave(() => valueText(signature.result, result, layout, args), found);
    return result;
  };
}

function traceLocks(machine: Machine, recorder: Recorder): void {
  const { locks } = machine;
  for (const name of LOCK_METHODS) {
    shadow(locks, name, (call) => () => {
      const before = locks.held;
      call();
      const changed = before ^ locks.held;
      if (recorder.active) recorder.lock(lockNames(changed), (locks.held & changed) !== 0);
    });
  }
}

const LOCK_METHODS = [
  'host_lock_component',
  'host_unlock_component',
  'hyp_lock_component',
  'hyp_unlock_component',
  'guest_lock_component',
  'guest_unlock_component',
  'vmTableLock',
  'vmTableUnlock',
] as const;

function traceConfig(machine: Machine, recorder: Recorder): void {
  const on = machine.memProtect.nvheEl2Debug;
  Object.defineProperty(machine.memProtect, 'nvheEl2Debug', {
    configurable: true,
    get() {
      if (recorder.active) recorder.config('CONFIG_NVHE_EL2_DEBUG', on);
      return on;
    },
  });
}

/** Shadows the setter of the state, and puts counting in front of its words. */
function traceState(machine: Machine, recorder: Recorder): void {
  const { state, vmemmap, stage2 } = machine;
  state.keepsRuns = false;
  let words = state.words;
  let counted = counting(words, recorder);
  Object.defineProperty(state, 'words', {
    configurable: true,
    get: () => (recorder.counts ? counted : words),
    set(grown: Int32Array) {
      words = grown;
      counted = counting(grown, recorder);
    },
  });
  shadow(state, 'set', (call) => (index, value) => {
    recorder.write(Number(index), words[Number(index)], Number(value));
    return recorder.quietly(() => call(index, value));
  });
  for (const name of ['restore', 'undoTo']) {
    shadow(state, name, (call) => (argument) => {
      recorder.forget();
      call(argument);
    });
  }
  shadow(state, 'ensure', (call) => () => recorder.quietly(() => call()));
  shadow(vmemmap, 'zeroPages', (call) => (page, pages) => {
    const before = recorder.zeroing;
    recorder.zeroing = true;
    call(page, pages);
    recorder.zeroing = before;
  });
  for (const walker of [machine.hypPgtable, stage2]) {
    // A walk starts at the PGD, as in C, and not where the last one has left off.
    shadow(
      walker,
      'pathLeadsTo',
      (call) =>
        (...args) =>
          !recorder.active && call(...args),
    );
    // In C a visitor is handed the descriptor that the walk has read, before it and again after it.
    shadow(walker, 'visitEntry', (call) => (...args) => {
      const [, , ptep, level] = args as [unknown, unknown, number, number];
      const isPage = level === KVM_PGTABLE_LAST_LEVEL && recorder.counts;
      if (isPage) recorder.read(ptep);
      const ret = recorder.quietly(() => call(...args));
      if (isPage && (ret === 0 || ret === -EAGAIN)) recorder.read(ptep);
      return ret;
    });
    shadow(
      walker,
      'visit',
      (call) =>
        (...args) =>
          recorder.loudly(() => call(...args)),
    );
  }
}

function counting(words: Int32Array, recorder: Recorder): Int32Array {
  return new Proxy(words, {
    get(target, key) {
      const index = Number(key);
      if (Number.isInteger(index)) recorder.read(index);
      return Reflect.get(target, key, target);
    },
  });
}
