/*
 * evidence_bench - what a packet costs: `evidence_bench MESSAGES ROUNDS`.
 *
 * An account with so many messages of 400 bytes, half of them judged, has one dispute. In each round one more comes, and the
 * timer gathers: the dossier is read, its evidence gathered, a packet chosen, written and kept, all through the real stage
 * on a store in memory. Prints one JSON object: CPU of a round in microseconds, the items and the characters of the last packet.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "tests/support/gather_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MESSAGE_SIZE 400
#define PAID "2026-05-10T09:00:00Z"
#define WROTE "2026-05-20T09:00:00Z"
#define BEGAN "2026-06-01T00:00:00Z"

static int64_t cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void feed(int64_t number)
{
	static const char words[] =
	    "Our team uses the product each day, and the invoice is right. ";
	char *const text = arena_alloc(gather_stage.arena, MESSAGE_SIZE + 1);
	const char *const id = arena_printf(gather_stage.arena, "m-%06lld", (long long)number);

	for (size_t i = 0; i < MESSAGE_SIZE; i++)
		text[i] = words[(i + (size_t)number) % (sizeof(words) - 1)];
	text[MESSAGE_SIZE] = '\0';
	gather_message(WROTE, id,
	               number % 2 == 0 ? OPSMESH__V1__ROLE__ROLE_CUSTOMER
	                               : OPSMESH__V1__ROLE__ROLE_AGENT,
	               false, text);
	if (number % 2 == 0)
		gather_judged(WROTE, id, number % 10 == 0 ? "refund" : "how_to");
}

static int64_t measure(int64_t first, int64_t rounds)
{
	int64_t spent = 0;

	for (int64_t i = 0; i < rounds; i++) {
		struct instant at = TIME_MIN;
		char text[TIME_TEXT_SIZE];

		CHECK(time_parse(BEGAN, &at));
		at = time_add(at, HOURS(1 + i));
		gather_message(time_format(at, text),
		               arena_printf(gather_stage.arena, "r-%06lld", (long long)(first + i)),
		               OPSMESH__V1__ROLE__ROLE_CUSTOMER, false, "One more");
		gather_pass(time_format(time_add(at, MINUTES(9)), text));
		const int64_t begin = cpu_us();

		gather_pass(time_format(time_add(at, MINUTES(11)), text));
		spent += cpu_us() - begin;
	}
	return spent / rounds;
}

int main(int argc, char **argv)
{
	int64_t messages;
	int64_t rounds;

	if (argc != 3 || !text_number(argv[1], 1, 100000, &messages) ||
	    !text_number(argv[2], 1, 100, &rounds)) {
		fprintf(stderr, "usage: evidence_bench MESSAGES ROUNDS\n");
		return 2;
	}
	(void)gather_start(NULL);
	gather_payment(PAID, "p-1");
	for (int64_t i = 0; i < messages; i++)
		feed(i);
	gather_dispute(BEGAN, "needs_response", "credit_not_processed");
	gather_pass("2026-06-01T00:30:00Z");
	const int64_t us = measure(messages, rounds);
	const Opsmesh__V1__DisputeEvent *const built =
	    gather_last(OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_BUILT);

	CHECK(built != NULL);
	printf("{\"us\": %lld, \"items\": %lld, \"characters\": %lld, \"dropped\": %zu}\n",
	       (long long)us, (long long)built->packet_built->items,
	       (long long)built->packet_built->characters, built->packet_built->n_dropped);
	(void)gather_stop(NULL);
	return 0;
}
