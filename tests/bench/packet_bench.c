/*
 * packet_bench - what a dispute's evidence costs: `packet_bench ROUNDS`.
 *
 * Prints one JSON object: milliseconds to open the fonts; of CPU for a PDF of ten pages, and how many it has; of CPU
 * for a packet of 1,000 candidates, solved and made (the cover, what is kept, and its files); KiB by which the process
 * has grown over the rounds after the first.
 */
#include "services/chargeback/render/measure.h"
#include "services/chargeback/render/render.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/resident.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define BLOCK_SIZE 65536
#define CANDIDATES 1000
#define OF_TEN_PAGES 20
#define REASON_SIZE 256

static const char words[] =
    "お世話になっております。先月分の請求が二重になっているようですので、ご確認のうえ返金をお願いいたします。\n"
    "Our records show that the account was used on twelve days after the cancellation was asked for; "
    "each entry below has its time, its address and what was done.\n"
    "결제 내역을 확인해 주세요. 我已经取消了订阅，为什么还扣款？ The agent answered within the hour.";

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool no_upload(void *context, struct arena *arena, const struct packet_file *file,
                      struct bytes *content)
{
	(void)context;
	(void)arena;
	(void)file;
	(void)content;
	return false;
}

static const struct upload_store no_store = { no_upload, NULL };

static struct packet candidates(struct arena *arena, size_t count)
{
	static const char *const fields[] = { "customer_communication", "receipt",
		                              "access_activity_log" };
	struct packet_item *const items = arena_zero(arena, count * sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i] = (struct packet_item){
			.id = arena_printf(arena, "fact-%zu", i),
			.kind = "customer_communication",
			.field = fields[count == CANDIDATES ? i % COUNT_OF(fields) : 0],
			.title = "A mail",
			.text = arena_printf(arena, "%zu %s\n%s", i, words, words),
			.at = { (int64_t)i * 1000000 },
			.weight_ppm = (int64_t)(i * 7919 % 1000000),
		};
	return (struct packet){
		{ .id = "dp_1",
		  .case_id = "case",
		  .account = "acme",
		  .charge = "ch_1",
		  .network = "visa",
		  .reason = "general",
		  .network_code = "",
		  .amount = "12.00 USD" },
		items,
		count,
	};
}

static int32_t made(struct pdf_fonts *fonts, const struct packet_limits *limits, size_t count)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	const struct packet packet = candidates(arena, count);
	const char *reason = "";
	struct render_packet result;

	CHECK(render_packet(&(struct render_with){ fonts, arena, limits, { 0 } }, &packet,
	                    &no_store, &result, &reason) == STATUS_OK);
	arena_destroy(arena);
	return result.solution.pages;
}

static double average(struct pdf_fonts *fonts, const struct packet_limits *limits, size_t count,
                      int64_t rounds, int32_t *pages)
{
	const double begin = cpu_ms();

	for (int64_t i = 0; i < rounds; i++)
		*pages = made(fonts, limits, count);
	return (cpu_ms() - begin) / (double)rounds;
}

int main(int argc, char **argv)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	char reason[REASON_SIZE] = "";
	struct packet_limits limits;
	struct json_error error;
	struct bytes document;
	int32_t ten = 0;
	int32_t full = 0;
	int64_t rounds;

	if (argc != 2 || !text_number(argv[1], 1, 1000000, &rounds)) {
		fprintf(stderr, "usage: packet_bench ROUNDS\n");
		return 2;
	}
	CHECK(
	    file_read(arena, "deploy/policies/packet/stripe-1.json", POLICY_BYTES_MAX, &document));
	CHECK(policy_parse(&packet_limits_kind, arena, document, &limits, &error));
	const double begin = cpu_ms();
	struct pdf_fonts *const fonts = pdf_fonts_open(pdf_font_files, reason, sizeof(reason));

	CHECK(fonts != NULL);
	const double opened = cpu_ms() - begin;

	made(fonts, &limits, CANDIDATES);
	const long before = resident_kib();
	const double ten_ms = average(fonts, &limits, OF_TEN_PAGES, rounds, &ten);
	const double full_ms = average(fonts, &limits, CANDIDATES, rounds, &full);

	printf("{\"open_ms\":%.1f,\"pdf_ms\":%.1f,\"pdf_pages\":%d,\"packet_ms\":%.1f,"
	       "\"packet_pages\":%d,\"grown_kib\":%ld}\n",
	       opened, ten_ms, ten, full_ms, full, resident_kib() - before);
	pdf_fonts_close(fonts);
	arena_destroy(arena);
	return 0;
}
