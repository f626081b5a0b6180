#include "services/classifier/signal_book.h"

#include "common/base/check.h"

#include <stdlib.h>
#include <string.h>

#define BEGINS 0x80000000u /* a symbol's letter begins a word */
#define SEARCHED_FROM 8    /* children: fewer are looked through one by one */
#define START_FACTOR 0x9E3779B1u
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

uint32_t signal_symbol(uint32_t code, uint32_t before)
{
	return signal_is_word(code) && !signal_is_word(before) ? code | BEGINS : code;
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

/* The tree while it grows; which child a symbol leads to stands in an open table. */

struct making_node {
	uint32_t parent;
	uint32_t symbol;
	uint32_t phrase;
};

struct making_edge {
	uint64_t key; /* node and symbol; 0: empty */
	uint32_t node;
};

struct signal_making {
	struct arena *scratch;
	struct making_node *nodes; /* the first is the root */
	size_t node_count;
	struct making_edge *edges;
	uint64_t edge_mask;
	struct signal_phrase *phrases; /* the first is none */
	size_t phrase_count;
};

static uint64_t key_of(uint32_t node, uint32_t symbol)
{
	return ((uint64_t)node << 32 | symbol) + 1;
}

static struct making_edge *edge_at(const struct signal_making *making, uint32_t node,
                                   uint32_t symbol)
{
	const uint64_t key = key_of(node, symbol);
	uint64_t place = (key * EDGE_FACTOR) >> 32;

	while (making->edges[place & making->edge_mask].key != key &&
	       making->edges[place & making->edge_mask].key != 0)
		place++;
	return &making->edges[place & making->edge_mask];
}

/* At most half of the table is used. */
static void edges_make(struct signal_making *making, size_t count)
{
	size_t edges = 16;

	while (edges < count * 2)
		edges *= 2;
	making->edges = arena_zero(making->scratch, edges * sizeof(*making->edges));
	making->edge_mask = edges - 1;
}

struct signal_making *signal_making_new(struct arena *scratch, size_t phrases, size_t points)
{
	struct signal_making *const making = arena_zero(scratch, sizeof(*making));

	CHECK(phrases <= SIGNAL_PHRASES_MAX);
	CHECK(points < UINT32_MAX);
	making->scratch = scratch;
	edges_make(making, points);
	making->nodes = arena_zero(scratch, (points + 1) * sizeof(*making->nodes));
	making->node_count = 1;
	making->phrases = arena_zero(scratch, (phrases + 1) * sizeof(*making->phrases));
	making->phrase_count = 1;
	return making;
}

static uint32_t child_make(struct signal_making *making, uint32_t node, uint32_t symbol)
{
	struct making_edge *const edge = edge_at(making, node, symbol);

	if (edge->key == 0) {
		edge->key = key_of(node, symbol);
		edge->node = (uint32_t)making->node_count++;
		making->nodes[edge->node] =
		    (struct making_node){ .parent = node, .symbol = symbol };
	}
	return edge->node;
}

void signal_making_add(struct signal_making *making, const struct signal_group *group,
                       const uint32_t *codes, size_t count)
{
	uint32_t node = 0;

	CHECK(count > 0 && count <= SIGNAL_PHRASE_POINTS_MAX);
	for (size_t i = 0; i < count; i++)
		node = child_make(making, node, signal_symbol(codes[i], i > 0 ? codes[i - 1] : 0));
	for (uint32_t i = making->nodes[node].phrase; i != 0; i = making->phrases[i].next)
		if (making->phrases[i].group == group)
			return;
	making->phrases[making->phrase_count] = (struct signal_phrase){
		.group = group,
		.languages = group->languages,
		.length = (uint32_t)count,
		.word_back = signal_is_word(codes[count - 1]),
		.next = making->nodes[node].phrase,
	};
	making->nodes[node].phrase = (uint32_t)making->phrase_count++;
}

/* The tree as it is used. */

/* Nodes by their parents' new places, and then by symbol. */
struct ordering {
	const struct signal_making *making;
	const uint32_t *place; /* the new one of each node whose depth is less */
};

static int compare_nodes(const void *left, const void *right, void *context)
{
	const struct ordering *const ordering = context;
	const struct making_node *const a = &ordering->making->nodes[*(const uint32_t *)left];
	const struct making_node *const b = &ordering->making->nodes[*(const uint32_t *)right];
	const uint32_t parent_a = ordering->place[a->parent];
	const uint32_t parent_b = ordering->place[b->parent];

	if (parent_a != parent_b)
		return parent_a < parent_b ? -1 : 1;
	return (a->symbol > b->symbol) - (a->symbol < b->symbol);
}

/* How many nodes have a depth of less than so many. A parent always stands before its children. */
static uint32_t *order_by_depth(const struct signal_making *making,
                                size_t bounds[static SIGNAL_PHRASE_POINTS_MAX + 2])
{
	const size_t count = making->node_count;
	uint8_t *const depths = arena_zero(making->scratch, count);
	uint32_t *const order = arena_alloc(making->scratch, count * sizeof(*order));
	size_t next[SIGNAL_PHRASE_POINTS_MAX + 2];

	_Static_assert(SIGNAL_PHRASE_POINTS_MAX < UINT8_MAX, "a depth is a byte");
	memset(bounds, 0, (SIGNAL_PHRASE_POINTS_MAX + 2) * sizeof(*bounds));
	bounds[1] = 1;
	for (size_t i = 1; i < count; i++) {
		depths[i] = (uint8_t)(depths[making->nodes[i].parent] + 1);
		bounds[depths[i] + 1]++;
	}
	for (size_t depth = 1; depth < SIGNAL_PHRASE_POINTS_MAX + 2; depth++)
		bounds[depth] += bounds[depth - 1];
	memcpy(next, bounds, sizeof(next));
	for (size_t i = 0; i < count; i++)
		order[next[depths[i]]++] = (uint32_t)i;
	return order;
}

/* In *place_of where each node of the tree comes to lie; which node lies at each place. */
static const uint32_t *order_of(const struct signal_making *making, uint32_t **place_of)
{
	size_t bounds[SIGNAL_PHRASE_POINTS_MAX + 2];
	uint32_t *const order = order_by_depth(making, bounds);
	uint32_t *const place = arena_zero(making->scratch, making->node_count * sizeof(*place));
	struct ordering ordering = { making, place };

	for (size_t depth = 1; depth <= SIGNAL_PHRASE_POINTS_MAX; depth++) {
		qsort_r(order + bounds[depth], bounds[depth + 1] - bounds[depth], sizeof(*order),
		        compare_nodes, &ordering);
		for (size_t i = bounds[depth]; i < bounds[depth + 1]; i++)
			place[order[i]] = (uint32_t)i;
	}
	*place_of = place;
	return order;
}

static size_t start_place(const struct signal_book *book, uint32_t symbol)
{
	uint32_t place = symbol * START_FACTOR >> 16;

	while (book->starts[place & book->start_mask].node != 0 &&
	       book->starts[place & book->start_mask].symbol != symbol)
		place++;
	return place & book->start_mask;
}

/* At most a quarter of the table is used: where nothing begins, that is seen at once. */
static void add_starts(struct signal_book *book, struct arena *arena)
{
	const struct signal_node *const root = &book->nodes[0];
	uint32_t size = 16;

	while (size < root->child_count * 4)
		size *= 2;
	struct signal_start *const starts = arena_zero(arena, size * sizeof(*starts));

	book->starts = starts;
	book->start_mask = size - 1;
	for (uint32_t i = 0; i < root->child_count; i++) {
		const uint32_t child = root->children + i;

		starts[start_place(book, book->symbols[child])] =
		    (struct signal_start){ book->symbols[child], child };
	}
}

static void link_node(const struct signal_book *book, struct signal_node *nodes, uint32_t parent,
                      uint32_t at)
{
	if (nodes[parent].child_count++ == 0)
		nodes[parent].children = at;
	if (parent != 0)
		nodes[at].fail = signal_book_step(book, nodes[parent].fail, book->symbols[at]);
	nodes[at].shorter =
	    nodes[nodes[at].fail].phrase != 0 ? nodes[at].fail : nodes[nodes[at].fail].shorter;
}

const struct signal_book *signal_book_finish(struct signal_making *making, struct arena *arena)
{
	struct signal_book *const book = arena_zero(arena, sizeof(*book));
	struct signal_node *const nodes = arena_zero(arena, making->node_count * sizeof(*nodes));
	uint32_t *const symbols = arena_alloc(arena, making->node_count * sizeof(*symbols));
	uint32_t *place;
	const uint32_t *const order = order_of(making, &place);

	for (size_t i = 0; i < making->node_count; i++) {
		symbols[i] = making->nodes[order[i]].symbol;
		nodes[i].phrase = making->nodes[order[i]].phrase;
	}
	*book = (struct signal_book){
		.nodes = nodes,
		.symbols = symbols,
		.node_count = making->node_count,
		.phrases = arena_copy(arena, making->phrases,
		                      making->phrase_count * sizeof(*making->phrases)),
	};
	uint32_t i = 1;
	while (i < making->node_count && making->nodes[order[i]].parent == 0)
		link_node(book, nodes, 0, i++);
	add_starts(book, arena);
	for (; i < making->node_count; i++)
		link_node(book, nodes, place[making->nodes[order[i]].parent], i);
	return book;
}

/* The child that a symbol leads to; 0: none, since the root is nobody's child. */
static uint32_t child(const struct signal_book *book, const struct signal_node *node,
                      uint32_t symbol)
{
	uint32_t low = node->children;
	uint32_t high = low + node->child_count;

	while (high - low > SEARCHED_FROM) {
		const uint32_t middle = low + (high - low) / 2;

		if (book->symbols[middle] > symbol)
			high = middle;
		else
			low = middle;
	}
	for (; low < high; low++)
		if (book->symbols[low] == symbol)
			return low;
	return 0;
}

uint32_t signal_book_step(const struct signal_book *book, uint32_t node, uint32_t symbol)
{
	for (; node != 0; node = book->nodes[node].fail) {
		const uint32_t next = child(book, &book->nodes[node], symbol);

		if (next != 0)
			return next;
	}
	return book->starts[start_place(book, symbol)].node;
}
