#include "services/chargeback/packet/solver.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

const char *packet_limit_name(enum packet_limit limit)
{
	static const char *const names[] = {
#define ON(upper_, lower_, doc_) [PACKET_##upper_] = #lower_,
		PACKET_LIMITS(ON)
#undef ON
	};

	return names[limit];
}

const char *packet_limit_doc(enum packet_limit limit)
{
	static const char *const docs[] = {
#define ON(upper_, lower_, doc_) [PACKET_##upper_] = (doc_),
		PACKET_LIMITS(ON)
#undef ON
	};

	return docs[limit];
}

const char *packet_refusal_text(struct arena *arena, const struct packet_refusal *refusal)
{
	const char *const numbers =
	    refusal->most == 0 ? ""
			       : arena_printf(arena, " (%lld, at most %lld)",
	                                      (long long)refusal->have, (long long)refusal->most);

	return arena_printf(arena, "%s: required item %s: %s%s", refusal->field, refusal->item,
	                    packet_limit_doc(refusal->limit), numbers);
}

/* What is in the packet so far, and what each item would add. */
struct solving {
	struct arena *arena;
	const struct packet_limits *limits;
	const struct packet *packet;
	const struct packet_rendered *rendered;
	int64_t *sizes;  /* characters of each item in its field */
	int64_t *fields; /* characters in each field */
	size_t *items;   /* how many are in each field */
	bool *kept;
	int64_t characters;
	int64_t bytes;
	int32_t pages;
};

/* What the packet would be with one item more. */
struct sum {
	int64_t field; /* characters in its field */
	int64_t characters;
	int64_t bytes;
	int32_t pages;
};

static const struct packet_item *item_at(const struct solving *it, size_t i)
{
	return &it->packet->items[i];
}

static const struct packet_field *field_at(const struct solving *it, size_t i)
{
	return packet_field_of(it->limits, item_at(it, i)->field);
}

/* Exhibits of one field of texts stand apart, and what stands between them counts. */
static int64_t characters_of(struct arena *arena, const struct packet_field *field,
                             const struct packet_item *item)
{
	if (field == NULL || field->kind == PACKET_FILE)
		return 0;
	return packet_characters(field->kind == PACKET_TEXT ? packet_item_text(arena, item)
	                                                    : item->text);
}

/* Whatever else is in the packet. */
static uint32_t faults(const struct solving *it, size_t i)
{
	const struct packet_field *const field = field_at(it, i);
	const struct packet_file *const file = &item_at(it, i)->file;

	if (field == NULL)
		return PACKET_BIT(PACKET_FIELD_UNKNOWN);
	if (file->digest == NULL)
		return 0;
	if (field->kind != PACKET_FILE)
		return PACKET_BIT(PACKET_FILE_IN_TEXT);
	return (text_among(it->limits->media_types, file->media_type)
	            ? 0
	            : PACKET_BIT(PACKET_MEDIA_TYPE)) |
	       (file->pages >= 1 ? 0 : PACKET_BIT(PACKET_PAGES_UNKNOWN));
}

/* All files, with one item more. */
static void add_files(struct solving *it, size_t i, struct sum *sum)
{
	const struct packet_rendered *const rendered = it->rendered;
	int64_t pages = 0;

	it->kept[i] = true;
	for (size_t k = 0; k < it->packet->count; k++) {
		const struct packet_file *const file = &item_at(it, k)->file;

		if (!it->kept[k] || file->digest == NULL)
			continue;
		pages += file->pages;
		sum->bytes += file->bytes;
	}
	const int32_t made =
	    rendered->pages == NULL ? 0 : rendered->pages(rendered->context, it->packet, it->kept);

	it->kept[i] = false;
	pages += made;
	if (made > 0 || rendered->pages == NULL) {
		pages += rendered->more_pages;
		sum->bytes += rendered->more_bytes;
	}
	sum->pages = pages > INT32_MAX ? INT32_MAX : (int32_t)pages;
}

static struct sum sum_with(struct solving *it, size_t i)
{
	const struct packet_field *const field = field_at(it, i);
	const size_t place = (size_t)(field - it->limits->fields);
	const int64_t between =
	    field->kind == PACKET_TEXT && it->items[place] > 0 ? sizeof(PACKET_APART) - 1 : 0;
	const int64_t added = between + it->sizes[i];
	struct sum sum = {
		.field = (field->kind == PACKET_TEXT ? it->fields[place] : 0) + added,
		.characters = it->characters + added,
		.bytes = it->bytes,
		.pages = it->pages,
	};

	if (field->kind == PACKET_FILE) {
		sum.bytes = 0;
		add_files(it, i, &sum);
	}
	return sum;
}

static uint32_t exceeds(const struct solving *it, size_t i, const struct sum *sum)
{
	const struct packet_field *const field = field_at(it, i);
	const size_t place = (size_t)(field - it->limits->fields);
	const int32_t pages = packet_pages_most(it->limits, it->packet->dispute.network);
	const bool written = field->kind != PACKET_FILE;
	uint32_t over = 0;

	if (field->kind == PACKET_VALUE && it->items[place] > 0)
		over |= PACKET_BIT(PACKET_VALUE_TWICE);
	if (written && sum->field > field->characters)
		over |= PACKET_BIT(PACKET_CHARACTERS_EACH);
	if (written && sum->characters > it->limits->characters)
		over |= PACKET_BIT(PACKET_CHARACTERS_TOGETHER);
	if (!written && sum->bytes > it->limits->bytes)
		over |= PACKET_BIT(PACKET_BYTES_TOGETHER);
	if (!written && sum->pages > pages)
		over |= PACKET_BIT(PACKET_PAGES_TOGETHER);
	return over;
}

/* Takes the item in, or answers which limits it would exceed. */
static uint32_t try_item(struct solving *it, size_t i, struct sum *sum)
{
	const uint32_t wrong = faults(it, i);

	if (wrong != 0)
		return wrong;
	*sum = sum_with(it, i);
	const uint32_t over = exceeds(it, i, sum);
	const size_t place = (size_t)(field_at(it, i) - it->limits->fields);

	if (over != 0)
		return over;
	it->kept[i] = true;
	it->items[place]++;
	it->fields[place] = sum->field;
	it->characters = sum->characters;
	it->bytes = sum->bytes;
	it->pages = sum->pages;
	return 0;
}

/* The order in which items go in. */

static int by_weight(const void *a, const void *b)
{
	const struct packet_item *const left = *(const struct packet_item *const *)a;
	const struct packet_item *const right = *(const struct packet_item *const *)b;

	if (left->required != right->required)
		return left->required ? -1 : 1;
	if (left->weight_ppm != right->weight_ppm)
		return left->weight_ppm > right->weight_ppm ? -1 : 1;
	if (left->at.us != right->at.us)
		return left->at.us < right->at.us ? -1 : 1;
	const int order = strcmp(left->id, right->id);

	/* Two of one id: as they stand in the packet. */
	return order != 0 ? order : (left > right) - (left < right);
}

static const struct packet_item **weighed(struct arena *arena, const struct packet *packet)
{
	const struct packet_item **const order =
	    arena_alloc(arena, (packet->count + 1) * sizeof(struct packet_item *));

	for (size_t i = 0; i < packet->count; i++)
		order[i] = &packet->items[i];
	qsort(order, packet->count, sizeof(struct packet_item *), by_weight);
	return order;
}

static struct packet_refusal refused(const struct solving *it, size_t i, uint32_t over,
                                     const struct sum *sum)
{
	const struct packet_field *const field = field_at(it, i);
	struct packet_refusal refusal = {
		.limit = (enum packet_limit)__builtin_ctz(over),
		.field = item_at(it, i)->field,
		.item = item_at(it, i)->id,
	};
	const struct {
		enum packet_limit limit;
		int64_t have;
		int64_t most;
	} rows[] = {
		{ PACKET_CHARACTERS_EACH, sum->field, field != NULL ? field->characters : 0 },
		{ PACKET_CHARACTERS_TOGETHER, sum->characters, it->limits->characters },
		{ PACKET_BYTES_TOGETHER, sum->bytes, it->limits->bytes },
		{ PACKET_PAGES_TOGETHER, sum->pages,
		  packet_pages_most(it->limits, it->packet->dispute.network) },
	};

	for (size_t k = 0; k < COUNT_OF(rows); k++) {
		if (rows[k].limit != refusal.limit)
			continue;
		refusal.have = rows[k].have;
		refusal.most = rows[k].most;
	}
	return refusal;
}

static struct packet kept_of(const struct solving *it)
{
	const struct packet *const packet = it->packet;
	struct packet_item *const items =
	    arena_alloc(it->arena, (packet->count + 1) * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < packet->count; i++)
		if (it->kept[i])
			items[count++] = packet->items[i];
	return (struct packet){ packet->dispute, items, count };
}

static void withhold(struct arena *arena, const struct packet *packet,
                     struct packet_solution *solution)
{
	const struct packet_item **const withheld =
	    arena_alloc(arena, (packet->count + 1) * sizeof(struct packet_item *));

	for (size_t i = 0; i < packet->count; i++)
		if (packet->items[i].hurts)
			withheld[solution->withheld_count++] = &packet->items[i];
	solution->withheld = withheld;
}

static struct solving begin(struct arena *arena, const struct packet_limits *limits,
                            const struct packet *packet, const struct packet_rendered *rendered)
{
	struct solving it = {
		.arena = arena,
		.limits = limits,
		.packet = packet,
		.rendered = rendered,
		.sizes = arena_zero(arena, (packet->count + 1) * sizeof(*it.sizes)),
		.fields = arena_zero(arena, limits->field_count * sizeof(*it.fields)),
		.items = arena_zero(arena, limits->field_count * sizeof(*it.items)),
		.kept = arena_zero(arena, packet->count + 1),
		.bytes = rendered->pages == NULL ? rendered->more_bytes : 0,
		.pages = rendered->pages == NULL ? rendered->more_pages : 0,
	};

	for (size_t i = 0; i < packet->count; i++)
		it.sizes[i] = characters_of(arena, field_at(&it, i), item_at(&it, i));
	return it;
}

bool packet_solve(struct arena *arena, const struct packet_limits *limits,
                  const struct packet *prepared, const struct packet_rendered *rendered,
                  struct packet_solution *solution, struct packet_refusal *refusal)
{
	const struct packet_item **const order = weighed(arena, prepared);
	struct solving it = begin(arena, limits, prepared, rendered);
	struct packet_left *const left = arena_alloc(arena, (prepared->count + 1) * sizeof(*left));
	struct packet_solution solved = { .left = left };

	for (size_t k = 0; k < prepared->count; k++) {
		const size_t i = (size_t)(order[k] - prepared->items);
		struct sum sum = { 0 };
		uint32_t over = PACKET_BIT(PACKET_HURTS);

		if (!order[k]->hurts)
			over = try_item(&it, i, &sum);
		if (over != 0 && order[k]->required) {
			*refusal = refused(&it, i, over, &sum);
			return false;
		}
		if (over != 0 && !order[k]->hurts)
			left[solved.left_count++] = (struct packet_left){ order[k], over };
	}
	withhold(arena, prepared, &solved);
	solved.packet = kept_of(&it);
	solved.characters = it.characters;
	solved.bytes = it.bytes;
	solved.pages = it.pages;
	*solution = solved;
	return true;
}
