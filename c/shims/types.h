/* SPDX-License-Identifier: GPL-2.0-only */
/* Integer types, attributes and error numbers. */
#ifndef TRACEDIFF_TYPES_H
#define TRACEDIFF_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s64 __s64;
typedef __SIZE_TYPE__ size_t;
typedef long ssize_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef u64 phys_addr_t;
typedef u64 kvm_pfn_t;
typedef u64 gfn_t;
typedef u64 gpa_t;
typedef unsigned int gfp_t;
typedef _Bool bool;

#define true 1
#define false 0
#define NULL ((void *)0)

#define U8_MAX 0xff
#define U16_MAX 0xffff
#define USHRT_MAX 0xffff
#define S32_MAX 0x7fffffff
#define INT_MAX 0x7fffffff
#define U32_MAX 0xffffffffu
#define UINT_MAX 0xffffffffu
#define ULONG_MAX (~0UL)
#define U64_MAX (~0ULL)

#define __always_inline inline __attribute__((__always_inline__))
#define __ro_after_init
#define __init
#define __rcu
#define __percpu
#define __user
#define __bitwise
#define __packed __attribute__((__packed__))
#define __aligned(n) __attribute__((__aligned__(n)))
#define __attribute_const__ __attribute__((__const__))
#define __maybe_unused __attribute__((__unused__))
#define __must_check
#define noinline __attribute__((__noinline__))
#define fallthrough __attribute__((__fallthrough__))
#define asmlinkage
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)

#define likely(x) (x)
#define unlikely(x) (x)
#define static_assert(...) _Static_assert(__VA_ARGS__, "static_assert")
#define BUILD_BUG_ON(x)

#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

#define min(a, b) ({ __typeof__(a) min_a = (a); __typeof__(b) min_b = (b); \
		     min_a < min_b ? min_a : min_b; })
#define max(a, b) ({ __typeof__(a) max_a = (a); __typeof__(b) max_b = (b); \
		     max_a > max_b ? max_a : max_b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define swap(a, b) do { __typeof__(a) swap_a = (a); (a) = (b); (b) = swap_a; } while (0)

#define EPERM 1
#define ENOENT 2
#define EIO 5
#define E2BIG 7
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28
#define ERANGE 34
#define ENOTSUPP 524
#define EOPNOTSUPP 95

void *memset(void *at, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);

#endif /* TRACEDIFF_TYPES_H */
