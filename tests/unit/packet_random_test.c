/*
 * packet_random_test - random packets at and over each limit, held against sums that are made in another way.
 */
#include "common/base/text.h"
#include "services/chargeback/packet/packet_text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/packet_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ROUNDS 200
#define ITEMS_MAX 40

static struct packet_limits limits;

static int start(void **state)
{
	arena_open(state);
	limits = packet_fixture_limits(arena);
	return 0;
}

/* A file of ours has a page for each 1,000 characters begun, and one for its cover. */
static int32_t thousands(void *context, const struct packet *packet, const bool *kept)
{
	int64_t characters[PACKET_FIELDS_MAX] = { 0 };
	bool used[PACKET_FIELDS_MAX] = { 0 };
	int64_t pages = 0;

	(void)context;
	for (size_t i = 0; i < packet->count; i++) {
		const struct packet_field *const field =
		    packet_field_of(&limits, packet->items[i].field);

		if (!kept[i] || field->kind != PACKET_FILE)
			continue;
		used[field - limits.fields] = true;
		characters[field - limits.fields] += packet_characters(packet->items[i].text);
	}
	for (size_t i = 0; i < limits.field_count; i++)
		pages += used[i] ? 1 + (characters[i] + 999) / 1000 : 0;
	return (int32_t)pages;
}

static const struct packet_rendered rendered = { .pages = thousands };

/* Candidates. */

static int64_t pick(struct chance *chance, const int64_t *list, size_t count)
{
	return list[chance_below(chance, (int)count)];
}

static struct packet_item random_item(struct chance *chance, size_t number)
{
	static const int64_t texts[] = { 1,     9998,  9999,  10000, 10001,
		                         19998, 19999, 20000, 20001, 300 };
	static const int64_t exhibits[] = { 1, 999, 1000, 1001, 8000, 17000, 18000, 47000, 48000 };
	static const int64_t values[] = { 1, 40, 4999, 5000, 5001 };
	static const int64_t bytes[] = { 1,       500000,  1500000, 2250000,
		                         2250001, 4499999, 4500000, 4500001 };
	static const int64_t pages[] = { 1, 2, 9, 10, 18, 19, 20, 48, 49, 50 };
	const struct packet_field *const field =
	    &limits.fields[chance_below(chance, (int)limits.field_count)];
	const char *const id = arena_printf(arena, "fact-%zu", number);
	struct packet_item item;

	if (field->kind == PACKET_FILE && chance_of(chance, 600))
		item = packet_fixture_upload(id, field->name, pick(chance, bytes, COUNT_OF(bytes)),
		                             (int32_t)pick(chance, pages, COUNT_OF(pages)));
	else
		item = packet_fixture_words(
		    id, field->name,
		    packet_fixture_letters(
			arena,
			field->kind == PACKET_TEXT    ? pick(chance, texts, COUNT_OF(texts))
			: field->kind == PACKET_VALUE ? pick(chance, values, COUNT_OF(values))
						      : pick(chance, exhibits, COUNT_OF(exhibits)),
			chance_of(chance, 300)));
	item.weight_ppm = chance_between(chance, 0, 5) * INT64_C(100000);
	item.at.us += chance_between(chance, 0, 3);
	item.hurts = chance_of(chance, 50);
	item.required = !item.hurts && chance_of(chance, 60);
	if (chance_of(chance, 200))
		item.channel = "e-mail";
	return item;
}

/* Characters of a field's text, or of each of its values; answers whether one of them is over its own limit. */
static bool count_field(const struct packet *chosen, const struct packet_field *field, int64_t *sum)
{
	const char *const text =
	    field->kind == PACKET_TEXT ? packet_field_text(arena, chosen, field) : NULL;
	bool over = text != NULL && packet_characters(text) > field->characters;

	*sum += text != NULL ? packet_characters(text) : 0;
	for (size_t i = 0; field->kind == PACKET_VALUE && i < chosen->count; i++) {
		if (!text_equal(chosen->items[i].field, field->name))
			continue;
		*sum += packet_characters(chosen->items[i].text);
		over = over || packet_characters(chosen->items[i].text) > field->characters;
	}
	return over;
}

static uint32_t judge_characters(const struct packet *chosen)
{
	int64_t characters = 0;
	bool each = false;

	for (size_t i = 0; i < limits.field_count; i++)
		each |= count_field(chosen, &limits.fields[i], &characters);
	return (each ? PACKET_BIT(PACKET_CHARACTERS_EACH) : 0) |
	       (characters > 150000 ? PACKET_BIT(PACKET_CHARACTERS_TOGETHER) : 0);
}

/* Which limits a choice is over, by what would be sent. */
static uint32_t judge(const struct packet *packet, const bool *kept)
{
	struct packet_item *const items = arena_alloc(arena, (packet->count + 1) * sizeof(*items));
	struct packet chosen = { packet->dispute, items, 0 };
	const int32_t most = text_equal(packet->dispute.network, "mastercard") ? 19 : 49;
	int64_t pages = thousands(NULL, packet, kept);
	int64_t bytes = 0;

	for (size_t i = 0; i < packet->count; i++) {
		if (!kept[i])
			continue;
		items[chosen.count++] = packet->items[i];
		if (packet->items[i].file.digest == NULL)
			continue;
		bytes += packet->items[i].file.bytes;
		pages += packet->items[i].file.pages;
	}
	return judge_characters(&chosen) |
	       (bytes > 4500000 ? PACKET_BIT(PACKET_BYTES_TOGETHER) : 0) |
	       (pages > most ? PACKET_BIT(PACKET_PAGES_TOGETHER) : 0);
}

/* A field of one value takes one alone. */
static bool two_values(const struct packet *packet, const bool *kept)
{
	for (size_t i = 0; i < packet->count; i++)
		for (size_t k = 0; k < i; k++)
			if (kept[i] && kept[k] &&
			    text_equal(packet->items[i].field, packet->items[k].field) &&
			    packet_field_of(&limits, packet->items[i].field)->kind == PACKET_VALUE)
				return true;
	return false;
}

static size_t place_of(const struct packet *packet, const char *id)
{
	size_t i = 0;

	while (!text_equal(packet->items[i].id, id))
		i++;
	return i;
}

static bool before(const struct packet_item *a, const struct packet_item *b)
{
	if (a->required != b->required)
		return a->required;
	if (a->weight_ppm != b->weight_ppm)
		return a->weight_ppm > b->weight_ppm;
	if (a->at.us != b->at.us)
		return a->at.us < b->at.us;
	return strcmp(a->id, b->id) < 0;
}

/* What was left out would, with what went in before it, be over the limits that are said. */
static void left_for_a_reason(const struct packet *packet, const bool *kept,
                              const struct packet_left *left)
{
	const size_t place = place_of(packet, left->item->id);
	bool with[ITEMS_MAX] = { 0 };
	uint32_t over;

	for (size_t i = 0; i < packet->count; i++)
		with[i] = kept[i] && before(&packet->items[i], left->item);
	with[place] = true;
	over = judge(packet, with);
	over |= two_values(packet, with) ? PACKET_BIT(PACKET_VALUE_TWICE) : 0;
	assert_int_not_equal(left->limits, 0);
	assert_int_equal(left->limits, over);
}

/* In place of any one lighter than it, it would not fit either. */
static void no_lighter_one_in_its_place(const struct packet *packet, const bool *kept,
                                        const struct packet_left *left)
{
	const size_t place = place_of(packet, left->item->id);
	bool with[ITEMS_MAX];

	memcpy(with, kept, packet->count);
	with[place] = true;
	assert_true(judge(packet, with) != 0 || two_values(packet, with));
	for (size_t i = 0; i < packet->count; i++) {
		if (!kept[i] || packet->items[i].required || before(&packet->items[i], left->item))
			continue;
		with[i] = false;
		assert_true(judge(packet, with) != 0 || two_values(packet, with));
		with[i] = true;
	}
}

static void everything_is_said(const struct packet *packet, const struct packet_solution *solution,
                               bool *kept)
{
	size_t seen[ITEMS_MAX] = { 0 };

	memset(kept, 0, ITEMS_MAX);
	for (size_t i = 0; i < solution->packet.count; i++) {
		const size_t place = place_of(packet, solution->packet.items[i].id);

		seen[place]++;
		kept[place] = true;
		assert_string_equal(solution->packet.items[i].text, packet->items[place].text);
	}
	for (size_t i = 0; i < solution->left_count; i++)
		seen[place_of(packet, solution->left[i].item->id)]++;
	for (size_t i = 0; i < solution->withheld_count; i++) {
		seen[place_of(packet, solution->withheld[i]->id)]++;
		assert_true(solution->withheld[i]->hurts);
	}
	for (size_t i = 0; i < packet->count; i++)
		assert_int_equal(seen[i], 1);
}

static void holds(const struct packet *packet, const struct packet_solution *solution)
{
	bool kept[ITEMS_MAX];

	everything_is_said(packet, solution, kept);
	assert_int_equal(judge(packet, kept), 0);
	assert_false(two_values(packet, kept));
	for (size_t i = 0; i < packet->count; i++)
		assert_true(kept[i] || !packet->items[i].required);
	for (size_t i = 0; i < solution->left_count; i++) {
		left_for_a_reason(packet, kept, &solution->left[i]);
		no_lighter_one_in_its_place(packet, kept, &solution->left[i]);
	}
}

/* What is required alone is over a limit. */
static void refused_for_a_reason(const struct packet *packet, const struct packet_refusal *refusal)
{
	bool with[ITEMS_MAX] = { 0 };

	for (size_t i = 0; i < packet->count; i++)
		with[i] = packet->items[i].required;
	assert_true(with[place_of(packet, refusal->item)]);
	assert_true(judge(packet, with) != 0 || two_values(packet, with));
}

static void random_packets_keep_what_the_solver_promises(void **state)
{
	struct packet_item items[ITEMS_MAX];
	struct chance chance;
	size_t refusals = 0;
	size_t with_left = 0;

	chance_seed(&chance, 23);
	for (int round = 0; round < ROUNDS; round++) {
		struct packet candidates = {
			packet_fixture_dispute(round % 2 == 0 ? "visa" : "mastercard"), items,
			(size_t)chance_between(&chance, 1, round % 3 == 0 ? ITEMS_MAX : 8)
		};
		struct packet_refusal refusal;
		struct packet_solution solution;

		for (size_t i = 0; i < candidates.count; i++)
			items[i] = random_item(&chance, i);
		const struct packet prepared = packet_prepare(arena, &limits, &candidates);

		if (packet_solve(arena, &limits, &prepared, &rendered, &solution, &refusal)) {
			holds(&prepared, &solution);
			with_left += solution.left_count > 0;
		} else {
			refused_for_a_reason(&prepared, &refusal);
			refusals++;
		}
		arena_close(state);
		start(state);
	}
	print_message("%d packets: %zu with something left out, %zu refused\n", ROUNDS, with_left,
	              refusals);
	assert_true(with_left > ROUNDS / 4);
	assert_true(refusals > 0);
}

static void any_order_of_the_candidates_gives_the_same_packet(void **state)
{
	struct packet_item items[ITEMS_MAX];
	struct chance chance;

	(void)state;
	chance_seed(&chance, 24);
	for (size_t i = 0; i < ITEMS_MAX; i++) {
		items[i] = random_item(&chance, i);
		items[i].required = false;
	}
	const char *first = NULL;

	for (int round = 0; round < 20; round++) {
		const struct packet candidates = { packet_fixture_dispute("visa"), items,
			                           ITEMS_MAX };
		const struct packet prepared = packet_prepare(arena, &limits, &candidates);
		struct packet_refusal refusal;
		struct packet_solution solution;

		assert_true(
		    packet_solve(arena, &limits, &prepared, &rendered, &solution, &refusal));
		const struct packet_lines lines = packet_review(arena, &limits, &solution);
		const char *const text = packet_text(arena, &lines);

		if (first != NULL)
			assert_string_equal(text, first);
		first = text;
		for (size_t i = ITEMS_MAX - 1; i > 0; i--) {
			const size_t k = (size_t)chance_below(&chance, (int)i + 1);
			const struct packet_item swapped = items[i];

			items[i] = items[k];
			items[k] = swapped;
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_packets_keep_what_the_solver_promises),
		cmocka_unit_test(any_order_of_the_candidates_gives_the_same_packet),
	};

	return cmocka_run_group_tests(tests, start, arena_close);
}
