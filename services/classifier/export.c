#include "services/classifier/export.h"

#include "common/base/arena.h"
#include "common/base/text.h"
#include "common/io/db.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "gen/classifier_sql.h"
#include "opsmesh/v1/common.pb-c.h"

#include <stdio.h>
#include <string.h>

#define EXIT_WELL 0
#define EXIT_USAGE 2
#define EXIT_UNREACHED 3

static const char *text_of(struct arena *arena, struct bytes packed)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (!proto_unpack(arena, &opsmesh__v1__personal_text__descriptor, packed, &message, reason))
		return NULL;
	const Opsmesh__V1__PersonalText *const text = (const void *)message;

	return text->content_case == OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT ? text->text : NULL;
}

/* What a line of training may say of its language. */
static bool is_trained(const char *language)
{
	static const char *const languages[] = { "en", "ja", "ko", "zh-Hans", "zh-Hant" };

	for (size_t i = 0; i < COUNT_OF(languages); i++)
		if (text_equal(languages[i], language))
			return true;
	return false;
}

static void print(const char *text, const char *label, const char *language)
{
	AUTO_JSON line = json_pack("{s:s, s:s}", "text", text, "label", label);

	if (is_trained(language))
		json_object_set_new(line, "language", json_string(language));
	(void)json_dumpf(line, stdout, JSON_COMPACT);
	printf("\n");
}

static void print_row(const struct db_rows *rows, size_t row, bool reveal)
{
	struct arena *const arena = arena_create(16384);
	const struct bytes body = db_bytes(rows, row, 2);
	const char *const text = body.size > 0 ? text_of(arena, body) : NULL;

	if (text != NULL)
		print(reveal ? text : "[sealed]", db_text(rows, row, 0), db_text(rows, row, 1));
	arena_destroy(arena);
}

int export_corrections(const struct service_given *given, int argc, char **argv)
{
	const struct service_config *const config = given->config;
	const struct db_settings settings = { .uri = config->database_url, .name = "classifier" };
	const bool reveal = argc == 2 && text_equal(argv[1], "--reveal");
	AUTO_ROWS rows = NULL;
	struct db *db;
	enum status status;

	if (argc > 2 || (argc == 2 && !reveal))
		return EXIT_USAGE;
	db = db_create(&settings);
	status = db_connect(db);
	if (status == STATUS_OK)
		status = db_prepare(db, &sql_correction_list);
	if (status == STATUS_OK)
		status = db_query_values(db, &sql_correction_list, NULL, 0, &rows);
	if (status != STATUS_OK)
		fprintf(stderr, "classifier: %s\n", db_reason(db));
	for (size_t i = 0; status == STATUS_OK && i < db_rows_count(rows); i++)
		print_row(rows, i, reveal);
	db_destroy(db);
	return status == STATUS_OK ? EXIT_WELL : EXIT_UNREACHED;
}
