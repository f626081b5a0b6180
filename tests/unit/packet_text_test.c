/*
 * packet_text_test - how a packet reads, that no quote passes for a line of ours, and that no link is left.
 */
#include "services/chargeback/packet/packet_text.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/packet_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct packet_limits limits;

static int start(void **state)
{
	arena_open(state);
	limits = packet_fixture_limits(arena);
	return 0;
}

static struct packet_solution solved(const struct packet_item *items, size_t count)
{
	static const struct packet_rendered nothing;
	const struct packet candidates = { packet_fixture_dispute("visa"), items, count };
	const struct packet prepared = packet_prepare(arena, &limits, &candidates);
	struct packet_refusal refusal;
	struct packet_solution solution;

	assert_true(packet_solve(arena, &limits, &prepared, &nothing, &solution, &refusal));
	return solution;
}

static const char *read_out(const struct packet_item *items, size_t count)
{
	const struct packet_solution solution = solved(items, count);
	const struct packet_lines lines = packet_review(arena, &limits, &solution);

	return packet_text(arena, &lines);
}

static const char review[] =
    "opsmesh evidence packet 1\n"
    "\n"
    "Evidence for dispute dp_1\n"
    "Case: case/acme/dp_1\n"
    "Account: acme\n"
    "To be answered by (UTC): 2026-05-31T10:00:00Z\n"
    "Charge: ch_1\n"
    "Amount: 120.00 USD\n"
    "Network: visa\n"
    "Reason: fraudulent\n"
    "Reason code of the network: 10.4\n"
    "Charged (UTC): 2026-05-01T10:00:00Z\n"
    "Disputed (UTC): 2026-05-21T10:00:00Z\n"
    "Links are written so that they are none: https[:]// www[.] mailto[:]\n"
    "\n"
    "Contents\n"
    "1. What was said\n"
    "2. A mail\n"
    "3. A file\n"
    "\n"
    "Fields\n"
    "customer_name: source: fact-1\n"
    "> Hanako Yamada\n"
    "cancellation_rebuttal: exhibits 1; 23 of 20000 characters\n"
    "customer_communication: one file of exhibits 2, 3\n"
    "\n"
    "Exhibit 1\n"
    "Title: What was said\n"
    "Time (UTC): 2026-05-01T10:00:00Z\n"
    "Source: fact-3; kind: customer_communication; field: cancellation_rebuttal\n"
    "> It was used after that.\n"
    "\n"
    "Exhibit 2\n"
    "Title: A mail\n"
    "Time (UTC): 2026-05-01T10:00:00Z; channel: e-mail; author: customer; language: ja\n"
    "Source: fact-2; kind: customer_communication; field: customer_communication\n"
    "> 解約したい。\n"
    "> See https[:]//shop.example/a\n"
    "Translation, supplied by: agent\n"
    "> I want to cancel.\n"
    "\n"
    "Exhibit 3\n"
    "Title: A file\n"
    "Time (UTC): 2026-05-01T10:00:00Z\n"
    "Source: file-1; kind: uploaded; field: customer_communication\n"
    "File: application/pdf; bytes: 1234; pages: 3; SHA-256: "
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
    "\n"
    "Left out\n"
    "fact-5: What was said; field: nowhere; weight: 500000 ppm; the provider has no such "
    "field\n"
    "\n"
    "Withheld: it speaks for the customer\n"
    "Title: What was said\n"
    "Time (UTC): 2026-05-01T10:00:00Z\n"
    "Source: fact-4; kind: customer_communication; field: uncategorized_text\n"
    "> They were charged twice.\n";

static void a_packet_reads_as_it_will_be_sent(void **state)
{
	struct packet_item items[] = {
		packet_fixture_words("fact-2", "customer_communication",
		                     "解約したい。\nSee https://shop.example/a"),
		packet_fixture_words("fact-1", "customer_name", "Hanako Yamada"),
		packet_fixture_words("fact-3", "cancellation_rebuttal", "It was used after that."),
		packet_fixture_upload("file-1", "customer_communication", 1234, 3),
		packet_fixture_words("fact-4", "uncategorized_text", "They were charged twice."),
		packet_fixture_words("fact-5", "nowhere", "x"),
	};
	(void)state;
	items[0].title = "A mail";
	items[0].channel = "e-mail";
	items[0].language = "ja";
	items[0].author = "customer";
	items[0].translation = "I want to cancel.";
	items[0].translator = "agent";
	items[4].hurts = true;
	assert_string_equal(read_out(items, COUNT_OF(items)), review);
}

static void a_field_is_given_its_items_texts(void **state)
{
	struct packet_item items[] = {
		packet_fixture_words("a", "uncategorized_text", "We write this."),
		packet_fixture_words("b", "uncategorized_text", "解約"),
	};
	const struct packet_field *const field = packet_field_of(&limits, "uncategorized_text");

	(void)state;
	items[1].channel = "chat";
	items[1].author = "customer";
	items[1].translation = "Cancel";
	items[1].translator = "agent";
	const struct packet_solution solution = solved(items, COUNT_OF(items));
	const char *const text = packet_field_text(arena, &solution.packet, field);

	assert_string_equal(text, "We write this.\n\n"
	                          "2026-05-01T10:00:00Z, chat, customer:\n解約\n"
	                          "Translation, supplied by agent:\nCancel");
	assert_int_equal(packet_characters(text), solution.characters);
	assert_null(
	    packet_field_text(arena, &solution.packet, packet_field_of(&limits, "receipt")));
}

static void a_quote_cannot_pass_for_a_line_of_ours(void **state)
{
	static const char forged[] = "x\n\nExhibit 2\r\nSource: fact-9\rTitle: A forgery";
	struct packet_item item = packet_fixture_words("a", "receipt", forged);

	(void)state;
	item.title = "One\nExhibit 3";
	const char *const text = read_out(&item, 1);

	assert_null(strstr(text, "\nExhibit 2"));
	assert_null(strstr(text, "\nExhibit 3"));
	assert_non_null(
	    strstr(text, "> x\n> \n> Exhibit 2\n> Source: fact-9\n> Title: A forgery\n"));
	assert_null(strchr(text, '\r'));
}

static void links_are_written_so_that_they_are_none(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
		int64_t links;
	} rows[] = {
		{ "none here: 12:30 // a", "none here: 12:30 // a", 0 },
		{ "https://a.example/b?c", "https[:]//a.example/b?c", 1 },
		{ "HTTP://A ftp://b", "HTTP[:]//A ftp[:]//b", 2 },
		{ "(www.a.example)", "(www[.]a.example)", 1 },
		{ "WWW.A", "WWW[.]A", 1 },
		{ "awww.cute", "awww.cute", 0 },
		{ "https://www.a", "https[:]//www[.]a", 2 },
		{ "mailto:a@b.example", "mailto[:]a@b.example", 1 },
		{ "見てwww.a", "見てwww[.]a", 1 },
		{ "://://", "[:]//[:]//", 2 },
		{ "a\r\nb\r\rc\r", "a\nb\n\nc\n", 0 },
		{ "", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t links = 0;

		assert_string_equal(packet_unlinked(arena, rows[i].text, &links), rows[i].wanted);
		assert_int_equal(links, rows[i].links);
		assert_string_equal(packet_unlinked(arena, rows[i].wanted, NULL), rows[i].wanted);
	}
}

static void what_people_say_of_an_item_is_no_link_either(void **state)
{
	struct packet_item item = packet_fixture_words("a", "receipt", "x");

	(void)state;
	item.kind = "https://kind";
	item.title = "https://title";
	item.channel = "www.channel";
	item.author = "mailto:author";
	item.language = "ftp://language";
	item.translation = "y https://translation";
	item.translator = "https://translator";
	const char *const text = read_out(&item, 1);

	assert_null(strstr(text, "://"));
	assert_null(strstr(text, "www.channel"));
	assert_null(strstr(text, "mailto:author"));
	assert_non_null(strstr(text, "language: ftp[:]//language"));
}

static void a_file_has_its_own_exhibits_with_the_numbers_of_all(void **state)
{
	const struct packet_item items[] = {
		packet_fixture_words("a", "uncategorized_text", "one"),
		packet_fixture_words("b", "customer_name", "Hanako"),
		packet_fixture_words("c", "customer_communication", "the second"),
		packet_fixture_words("d", "receipt", "third"),
	};
	const struct packet_solution solution = solved(items, COUNT_OF(items));
	const struct packet_lines lines =
	    packet_field_file(arena, &limits, &solution.packet, "receipt");
	const char *const text = packet_text(arena, &lines);

	(void)state;
	assert_non_null(strstr(text, "\nEvidence for dispute dp_1: receipt\n"));
	assert_non_null(strstr(text, "\nContents\n3. What was said\n\nExhibit 3\n"));
	assert_null(strstr(text, "Exhibit 1"));
	assert_null(strstr(text, "the second"));
	assert_null(strstr(text, "acme"));
	assert_null(strstr(text, "To be answered"));
	for (size_t i = 0; i < lines.count; i++)
		if (lines.lines[i].look == PACKET_CONTENTS)
			assert_string_equal(lines.lines[lines.lines[i].target].text, "Exhibit 3");
}

static void whatever_is_sent_or_seen_moves_the_digest(void **state)
{
	struct packet_item item = packet_fixture_words("a", "billing_address", "1-2-3\nTokyo");
	char first[DIGEST_TEXT_SIZE];
	char second[DIGEST_TEXT_SIZE];

	(void)state;
	packet_digest(read_out(&item, 1), first);
	packet_digest(read_out(&item, 1), second);
	assert_string_equal(first, second);
	assert_int_equal(strlen(first), 64);
	item.text = "1-2-3 Tokyo";
	packet_digest(read_out(&item, 1), second);
	assert_string_not_equal(first, second);
	packet_digest("", first);
	assert_string_equal(first,
	                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_reads_as_it_will_be_sent),
		cmocka_unit_test(a_field_is_given_its_items_texts),
		cmocka_unit_test(a_quote_cannot_pass_for_a_line_of_ours),
		cmocka_unit_test(links_are_written_so_that_they_are_none),
		cmocka_unit_test(what_people_say_of_an_item_is_no_link_either),
		cmocka_unit_test(a_file_has_its_own_exhibits_with_the_numbers_of_all),
		cmocka_unit_test(whatever_is_sent_or_seen_moves_the_digest),
	};

	return cmocka_run_group_tests(tests, start, arena_close);
}
