#include "services/classifier/signal_book.h"

#include "common/base/check.h"

#include <string.h>

#define EDGE_FACTOR 0x9E3779B97F4A7C15u /* 2^64 by the golden ratio: spreads what differs little */

/* Points. */

bool signal_is_word(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || code == '_' ||
	       (code >= 0xC0 && code <= 0x24F) || (code >= 0x370 && code <= 0x52F);
}

bool signal_is_wide(uint32_t code)
{
	return (code >= 0x1100 && code <= 0x11FF) || (code >= 0x2E80 && code <= 0x2FFF) ||
	       (code >= 0x3003 && code <= 0x9FFF) || (code >= 0xAC00 && code <= 0xD7A3) ||
	       (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x3FFFF);
}

static bool counts(const struct prepared *text, size_t at)
{
	const uint32_t code = text->points[at].code;

	if (code != ' ')
		return code != '\'';
	return !(at > 0 && at + 1 < text->count && signal_is_wide(text->points[at - 1].code) &&
	         signal_is_wide(text->points[at + 1].code));
}

bool signal_point_next(const struct prepared *text, size_t *at, size_t *point)
{
	while (*at < text->count && !counts(text, *at))
		(*at)++;
	if (*at == text->count)
		return false;
	*point = (*at)++;
	return true;
}

/* Edges: an open table. */

static uint64_t key_of(uint32_t node, uint32_t code)
{
	return ((uint64_t)node << 32 | code) + 1;
}

static struct signal_edge *edge_at(const struct signal_book *book, uint32_t node, uint32_t code)
{
	const uint64_t key = key_of(node, code);
	uint64_t place = (key * EDGE_FACTOR) >> 32;

	while (book->edges[place & book->edge_mask].key != key &&
	       book->edges[place & book->edge_mask].key != 0)
		place++;
	return &book->edges[place & book->edge_mask];
}

static uint32_t child(const struct signal_book *book, uint32_t node, uint32_t code)
{
	return edge_at(book, node, code)->node;
}

/* At most half of the table is used. */
static void edges_make(struct signal_book *book, struct arena *arena, size_t count)
{
	size_t edges = 16;

	while (edges < count * 2)
		edges *= 2;
	book->edges = arena_zero(arena, edges * sizeof(*book->edges));
	book->edge_mask = edges - 1;
}

struct signal_book *signal_book_make(struct arena *arena, size_t phrases, size_t points)
{
	struct signal_book *const book = arena_zero(arena, sizeof(*book));

	CHECK(phrases <= SIGNAL_PHRASES_MAX);
	CHECK(points < UINT32_MAX);
	edges_make(book, arena, points);
	book->nodes = arena_zero(arena, (points + 1) * sizeof(*book->nodes));
	book->node_count = 1;
	book->phrases = arena_zero(arena, (phrases + 1) * sizeof(*book->phrases));
	book->phrase_count = 1;
	return book;
}

static uint32_t child_make(struct signal_book *book, uint32_t node, uint32_t code)
{
	struct signal_edge *const edge = edge_at(book, node, code);

	if (edge->key == 0) {
		edge->key = key_of(node, code);
		edge->node = (uint32_t)book->node_count++;
		book->nodes[edge->node] = (struct signal_node){
			.parent = node,
			.code = code,
			.depth = book->nodes[node].depth + 1,
		};
	}
	return edge->node;
}

void signal_book_add(struct signal_book *book, const struct signal_group *group,
                     const uint32_t *codes, size_t count)
{
	uint32_t node = 0;

	CHECK(count > 0 && count <= SIGNAL_PHRASE_POINTS_MAX);
	for (size_t i = 0; i < count; i++)
		node = child_make(book, node, codes[i]);
	for (uint32_t i = book->nodes[node].phrase; i != 0; i = book->phrases[i].next)
		if (book->phrases[i].group == group)
			return;
	book->phrases[book->phrase_count] = (struct signal_phrase){
		.group = group,
		.length = (uint32_t)count,
		.word_front = signal_is_word(codes[0]),
		.word_back = signal_is_word(codes[count - 1]),
		.next = book->nodes[node].phrase,
	};
	book->nodes[node].phrase = (uint32_t)book->phrase_count++;
}

/* The nodes in the order of their depth, the root first. */
static uint32_t *order_of(const struct signal_book *book, struct arena *arena)
{
	uint32_t *const order = arena_alloc(arena, book->node_count * sizeof(*order));
	size_t place[SIGNAL_PHRASE_POINTS_MAX + 2] = { 0 };

	for (size_t i = 0; i < book->node_count; i++)
		place[book->nodes[i].depth + 1]++;
	for (size_t depth = 1; depth < COUNT_OF(place); depth++)
		place[depth] += place[depth - 1];
	for (size_t i = 0; i < book->node_count; i++)
		order[place[book->nodes[i].depth]++] = (uint32_t)i;
	return order;
}

static void link_nodes(struct signal_book *book, const uint32_t *order)
{
	for (size_t i = 1; i < book->node_count; i++) {
		struct signal_node *const node = &book->nodes[order[i]];

		if (node->depth > 1)
			node->fail =
			    signal_book_step(book, book->nodes[node->parent].fail, node->code);
		node->shorter = book->nodes[node->fail].phrase != 0
		                    ? node->fail
		                    : book->nodes[node->fail].shorter;
	}
}

const struct signal_book *signal_book_finish(const struct signal_book *made, struct arena *scratch,
                                             struct arena *arena)
{
	struct signal_book *const book = arena_copy(arena, made, sizeof(*made));

	book->nodes = arena_copy(arena, made->nodes, made->node_count * sizeof(*made->nodes));
	book->phrases =
	    arena_copy(arena, made->phrases, made->phrase_count * sizeof(*made->phrases));
	edges_make(book, arena, book->node_count);
	for (uint32_t i = 1; i < book->node_count; i++) {
		const struct signal_node *const node = &book->nodes[i];
		struct signal_edge *const edge = edge_at(book, node->parent, node->code);

		*edge = (struct signal_edge){ key_of(node->parent, node->code), i };
	}
	link_nodes(book, order_of(book, scratch));
	return book;
}

uint32_t signal_book_step(const struct signal_book *book, uint32_t node, uint32_t code)
{
	uint32_t next;

	while ((next = child(book, node, code)) == 0 && node != 0)
		node = book->nodes[node].fail;
	return next;
}
