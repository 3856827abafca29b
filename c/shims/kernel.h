/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hypervisor's C takes from the rest of the kernel, for user space.
 * Included before everything else; the headers that a source file names and
 * that are not taken from the tree are empty files.
 */
#ifndef TRACEDIFF_KERNEL_H
#define TRACEDIFF_KERNEL_H

#define __KVM_NVHE_HYPERVISOR__

#include "types.h"
#include "bits.h"
#include "bug.h"
#include "list.h"
#include "spinlock.h"
#include "access.h"
#include "arm.h"
#include <asm/pgtable-hwdef.h>
#include <asm/kvm_arm.h>
#include "kvm.h"

#endif /* TRACEDIFF_KERNEL_H */
