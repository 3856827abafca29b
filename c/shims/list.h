/* SPDX-License-Identifier: GPL-2.0-only */
/* Circular doubly linked lists; a list is its head. */
#ifndef TRACEDIFF_LIST_H
#define TRACEDIFF_LIST_H

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline int list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add_between(struct list_head *node,
				    struct list_head *before,
				    struct list_head *after)
{
	after->prev = node;
	node->next = after;
	node->prev = before;
	before->next = node;
}

static inline void list_add(struct list_head *node, struct list_head *head)
{
	list_add_between(node, head, head->next);
}

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	list_add_between(node, head->prev, head);
}

static inline void __list_del_entry(struct list_head *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
}

static inline void list_del(struct list_head *node)
{
	__list_del_entry(node);
	node->next = NULL;
	node->prev = NULL;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_for_each_entry(pos, head, member)				\
	for (pos = list_entry((head)->next, __typeof__(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

#endif /* TRACEDIFF_LIST_H */
