// SPDX-License-Identifier: GPL-2.0-only
/**
 * The host whose VMs are recorded unless the user brings one: a first program that makes VMs on
 * /dev/kvm and lets them run, so that a real kernel asks its hypervisor for what VMs need. Numbers are
 * those of the kernel's interface to user space (include/uapi/linux/kvm.h, arm64).
 */

import { Assembler } from '../boot/asm.js';
import { DIRECTORY } from '../boot/cpio.js';
import { type Argument, InitProgram } from '../boot/init_program.js';
import { initramfsOf } from '../drive/boot.js';

const PAGE = 4096n;
const AT_FDCWD = -100n;
const O_WRONLY = 1n;
const O_RDWR = 2n;

const SYS = {
  ioctl: 29n,
  mount: 40n,
  openat: 56n,
  close: 57n,
  read: 63n,
  pwrite64: 68n,
  reboot: 142n,
  mmap: 222n,
  sched_setscheduler: 119n,
  madvise: 233n,
} as const;

const KVM_CREATE_VM = 0xae01n;
const KVM_CREATE_VCPU = 0xae41n;
const KVM_SET_USER_MEMORY_REGION = 0x4020ae46n;
const KVM_RUN = 0xae80n;
const KVM_ARM_VCPU_INIT = 0x4020aeaen;
const KVM_ARM_PREFERRED_TARGET = 0x8020aeafn;
const KVM_MEM_LOG_DIRTY_PAGES = 1;
/** A type of VM that kernels without protected guests refuse. */
const KVM_VM_TYPE_ARM_PROTECTED = 1n << 31n;
const KVM_VCPU_INIT_BYTES = 32;

const SCHED_FIFO = 1n;
const PROT_READ_WRITE = 3n;
/** Shared, anonymous, at a given address. */
const MAP_SHARED_AT = 0x31n;
const MADV_DONTNEED = 4n;
const [REBOOT_MAGIC, REBOOT_MAGIC_2, REBOOT_POWER_OFF] = [0xfee1deadn, 672274793n, 0x4321fedcn];

/** Where the guest's memory is in our address space, and how much of it there is; bytes. */
const MEMORY_AT = 0x10000000n;
const MEMORY_PAGES = 8n;
/** Guest physical address of nothing: a store there ends a run. */
const DEVICE_AT = 0x100000n;
/** Pages of the guest: its code lies in the first. */
const FRAME = { loaded: 1n, stored: 2n, dropped: 3n, code: 4n } as const;

/** Frees of the page-idle bitmap: bit by page number, of the 256 MiB from 1 GiB on. */
const IDLE_BITMAP = '/sys/kernel/mm/page_idle/bitmap';
const IDLE_BITMAP_AT = 0x40000n / 8n;
const IDLE_BITMAP_BYTES = 0x10000 / 8;

const GUEST_FILE = '/guest';
const RET = 0xd65f03c0n;

/**
 * What the guest does, from address 0, over and over: it loads from a page before it stores to it,
 * stores to others, and runs an instruction that it wrote. After each part it stores to a device that
 * is not there, which ends a run.
 */
export function guestCode(): Buffer {
  const asm = new Assembler();
  const yieldToHost = () => asm.mov64(9, DEVICE_AT).store(8, 0, 9);
  asm.label('start');
  asm.mov64(1, FRAME.loaded * PAGE).load(8, 0, 1);
  yieldToHost();
  asm
    .store(8, 0, 1)
    .mov64(2, FRAME.stored * PAGE)
    .store(8, 0, 2);
  asm.mov64(3, FRAME.dropped * PAGE).store(8, 0, 3);
  yieldToHost();
  asm
    .mov64(4, FRAME.code * PAGE)
    .mov64(5, RET)
    .store(4, 5, 4)
    .callRegister(4);
  yieldToHost();
  return asm.branch('start').code();
}

/** Runs of a vCPU that take it once through its program. */
const RUNS = 3;

/** One VM of the program, of which the memory is the same as every other's. */
class Vm {
  readonly #vcpus: Argument[] = [];

  constructor(
    private readonly program: InitProgram,
    private readonly vm: Argument,
  ) {
    this.setMemory(0);
  }

  setMemory(flags: number): void {
    const region = Buffer.alloc(32);
    region.writeUInt32LE(flags, 4);
    region.writeBigUInt64LE(MEMORY_PAGES * PAGE, 16);
    region.writeBigUInt64LE(MEMORY_AT, 24);
    const bytes = this.program.bytes(region);
    const what = 'KVM_SET_USER_MEMORY_REGION';
    this.program.call(what, SYS.ioctl, this.vm, KVM_SET_USER_MEMORY_REGION, bytes);
  }

  addVcpu(): void {
    const { program, vm } = this;
    const target = program.bytes(Buffer.alloc(KVM_VCPU_INIT_BYTES));
    program.call('KVM_ARM_PREFERRED_TARGET', SYS.ioctl, vm, KVM_ARM_PREFERRED_TARGET, target);
    const index = BigInt(this.#vcpus.length);
    const vcpu = program.call('KVM_CREATE_VCPU', SYS.ioctl, vm, KVM_CREATE_VCPU, index);
    program.call('KVM_ARM_VCPU_INIT', SYS.ioctl, vcpu, KVM_ARM_VCPU_INIT, target);
    this.#vcpus.push(vcpu);
  }

  run(vcpu: number, times: number): void {
    for (let i = 0; i < times; i++) {
      this.program.call('KVM_RUN', SYS.ioctl, this.#vcpus[vcpu], KVM_RUN, 0n);
    }
  }

  close(): void {
    for (const fd of [...this.#vcpus, this.vm]) this.program.call('close', SYS.close, fd);
  }
}

/** The initramfs of the default recording. */
export function vmmInitramfs(): Buffer {
  const program = new InitProgram();
  const open = (path: string, flags: bigint): [bigint, ...Argument[]] => [
    SYS.openat,
    AT_FDCWD,
    program.text(path),
    flags,
    0n,
  ];
  // Nothing else runs in between, which would put the vCPU and load it again at random.
  const priority = program.bytes(Buffer.from([1, 0, 0, 0]));
  program.attempt(SYS.sched_setscheduler, [0n, SCHED_FIFO, priority], () => {});
  const kvm = program.call('/dev/kvm', ...open('/dev/kvm', O_RDWR));
  const fill = () => {
    const guest = program.call(GUEST_FILE, ...open(GUEST_FILE, 0n));
    program.call('read', SYS.read, guest, MEMORY_AT, PAGE);
    program.call('close', SYS.close, guest);
  };
  const length = MEMORY_PAGES * PAGE;
  program.call('mmap', SYS.mmap, MEMORY_AT, length, PROT_READ_WRITE, MAP_SHARED_AT, -1n, 0n);
  fill();

  const create = (type: bigint) => [kvm, KVM_CREATE_VM, type];
  const first = new Vm(program, program.call('KVM_CREATE_VM', SYS.ioctl, ...create(0n)));
  first.addVcpu();
  first.run(0, RUNS);
  // Another VM on the same pages, with two vCPUs.
  const second = new Vm(program, program.call('KVM_CREATE_VM', SYS.ioctl, ...create(0n)));
  second.addVcpu();
  second.addVcpu();
  second.run(0, RUNS);
  second.run(1, RUNS);
  // Pages are write-protected for a log, and written to again.
  first.setMemory(KVM_MEM_LOG_DIRTY_PAGES);
  first.run(0, RUNS);
  first.setMemory(0);
  // Pages are told to be idle, and used again.
  const sysfs = [program.text('sysfs'), program.text('/sys'), program.text('sysfs'), 0n, 0n];
  program.attempt(SYS.mount, sysfs, () => {
    const [openat, ...args] = open(IDLE_BITMAP, O_WRONLY);
    program.attempt(openat, args, (bitmap) => {
      const all = program.bytes(Buffer.alloc(IDLE_BITMAP_BYTES, 0xff));
      const bytes = BigInt(IDLE_BITMAP_BYTES);
      program.call('pwrite64', SYS.pwrite64, bitmap, all, bytes, IDLE_BITMAP_AT);
    });
  });
  first.run(0, RUNS);
  // A page is taken from both, and faulted in again by one.
  const dropped = MEMORY_AT + FRAME.dropped * PAGE;
  program.call('madvise', SYS.madvise, dropped, PAGE, MADV_DONTNEED);
  first.run(0, RUNS);
  second.close();
  first.run(0, RUNS);
  first.close();
  program.attempt(SYS.ioctl, create(KVM_VM_TYPE_ARM_PROTECTED), (vm) => {
    const guarded = new Vm(program, vm);
    guarded.addVcpu();
    guarded.run(0, RUNS);
    guarded.close();
  });
  program.call('reboot', SYS.reboot, REBOOT_MAGIC, REBOOT_MAGIC_2, REBOOT_POWER_OFF, 0n);
  return initramfsOf(program, [
    { path: 'sys', mode: DIRECTORY },
    { path: GUEST_FILE.slice(1), mode: 0o100444, data: guestCode() },
  ]);
}
