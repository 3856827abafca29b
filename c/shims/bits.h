/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits, fields, alignment, sizes and page arithmetic; 4 KiB pages. */
#ifndef TRACEDIFF_BITS_H
#define TRACEDIFF_BITS_H

#define _AC(x, suffix) x##suffix
#define _AT(type, x) ((type)(x))
#define UL(x) x##UL
#define ULL(x) x##ULL
#define _UL(x) x##UL
#define _BITUL(n) (1UL << (n))
#define _BITULL(n) (1ULL << (n))
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (63 - (high))))
#define GENMASK_ULL(high, low) GENMASK(high, low)
#define BITS_PER_LONG 64

#define TRACEDIFF_SHIFT(mask) __builtin_ctzll(mask)
#define FIELD_GET(mask, value) (((value) & (mask)) >> TRACEDIFF_SHIFT(mask))
#define FIELD_PREP(mask, value) \
	(((__typeof__(mask))(value) << TRACEDIFF_SHIFT(mask)) & (mask))
#define FIELD_MAX(mask) ((mask) >> TRACEDIFF_SHIFT(mask))
#define FIELD_FIT(mask, value) (!(((value) << TRACEDIFF_SHIFT(mask)) & ~(mask)))
#define SYS_FIELD_GET(reg, field, value) FIELD_GET(reg##_##field##_MASK, value)

#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ALIGN(x, a) (((x) + (__typeof__(x))(a) - 1) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define round_up(x, a) ALIGN(x, a)
#define round_down(x, a) ALIGN_DOWN(x, a)

#define SZ_4K 0x1000UL
#define SZ_64K 0x10000UL
#define SZ_2M 0x200000UL
#define SZ_1G 0x40000000UL

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x) IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(x) ((unsigned long)(x) & ~PAGE_MASK)
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(phys) ((unsigned long)((phys) >> PAGE_SHIFT))
#define __phys_to_pfn(phys) PHYS_PFN(phys)
#define __pfn_to_phys(pfn) PFN_PHYS(pfn)

#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
/* The name of a limit that was one more before Linux 6.8. */
#define MAX_ORDER NR_PAGE_ORDERS

/* Smallest order of a block of pages that holds so many bytes. */
static inline int get_order(unsigned long size)
{
	unsigned long pages = (size - 1) >> PAGE_SHIFT;

	if (!size)
		return 64 - PAGE_SHIFT;
	return pages ? 64 - __builtin_clzl(pages) : 0;
}

#define size_add(a, b) ((size_t)(a) + (size_t)(b))
#define size_mul(a, b) ((size_t)(a) * (size_t)(b))
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
#define check_shl_overflow(a, s, d) \
	({ *(d) = (__typeof__(*(d)))(a) << (s); (*(d) >> (s)) != (a); })

#define __CONFIG_GIVEN_1 0,
#define __config_second(ignored, value, ...) value
#define __config_given(junk) __config_second(junk 1, 0, 0)
#define __config_join(value) __config_given(__CONFIG_GIVEN_##value)
/* 1 for an option that is defined to be 1, 0 for one that is not defined. */
#define IS_ENABLED(option) __config_join(option)
#define IS_BUILTIN(option) IS_ENABLED(option)

#ifdef TREE_DEBUG_AT_RUN_TIME
/* IS_ENABLED(CONFIG_NVHE_EL2_DEBUG) is what the machine of the trace says. */
extern int tracediff_debug;
#define CONFIG_NVHE_EL2_DEBUG tracediff_debug
#define __CONFIG_GIVEN_tracediff_debug 0, tracediff_debug,
#endif

#define CONFIG_ARM64_4K_PAGES 1
#define CONFIG_PGTABLE_LEVELS 4
#define CONFIG_ARM64_CONT_PTE_SHIFT 4
#define CONFIG_ARM64_CONT_PMD_SHIFT 4

#endif /* TRACEDIFF_BITS_H */
