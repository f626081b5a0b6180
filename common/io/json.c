#include "common/io/json.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Errors. */

const char *json_error_text(const struct json_error *error, char text[static JSON_ERROR_SIZE])
{
	snprintf(text, JSON_ERROR_SIZE, "%s%s%s", error->path, error->path[0] ? ": " : "",
	         error->reason);
	return text;
}

/* Names come from outside: what does not fit is cut at a character. */
static void path_add(struct json_error *error, const char *text)
{
	const size_t used = strlen(error->path);
	const size_t size = text_fit(bytes_of(text), JSON_PATH_SIZE - 1 - used);

	memcpy(error->path + used, text, size);
	error->path[used + size] = '\0';
}

static void path_field(struct json_error *error, const char *field)
{
	if (error->path[0] != '\0')
		path_add(error, ".");
	path_add(error, field);
}

static void path_write(struct json_error *error, const struct json_place *place)
{
	const struct json_place *chain[JSON_DEPTH_MAX + 1];
	size_t count = 0;

	for (; place->above != NULL && count < COUNT_OF(chain); place = place->above)
		chain[count++] = place;
	error->path[0] = '\0';
	while (count-- > 0) {
		char index[24];

		snprintf(index, sizeof(index), "[%zu]", chain[count]->index);
		if (chain[count]->field != NULL)
			path_field(error, chain[count]->field);
		else
			path_add(error, index);
	}
}

bool json_refuse(const struct json_place *place, const char *field, struct json_error *error,
                 const char *format, ...)
{
	va_list arguments;

	path_write(error, place);
	if (field != NULL)
		path_field(error, field);
	va_start(arguments, format);
	vsnprintf(error->reason, sizeof(error->reason), format, arguments);
	va_end(arguments);
	return false;
}

static struct bytes written(struct arena *arena, const json_t *value, size_t order)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_DIGITS | order;
	const size_t size = json_dumpb(value, NULL, 0, flags);
	char *const text = arena_alloc(arena, size + 1);

	CHECK(json_dumpb(value, text, size, flags) == size);
	return (struct bytes){ text, size };
}

struct bytes json_compact(struct arena *arena, const json_t *value)
{
	return written(arena, value, 0);
}

struct bytes json_canonical(struct arena *arena, const json_t *value)
{
	return written(arena, value, JSON_SORT_KEYS);
}

/* Places. */

struct json_place json_top(json_t *document)
{
	return (struct json_place){ .value = document };
}

static struct json_place member(const struct json_place *object, const char *field)
{
	return (struct json_place){
		.value = json_object_get(object->value, field),
		.above = object,
		.field = field,
	};
}

size_t json_count(const struct json_place *array)
{
	return json_array_size(array->value);
}

struct json_place json_item(const struct json_place *array, size_t index)
{
	CHECK(index < json_count(array));
	return (struct json_place){
		.value = json_array_get(array->value, index),
		.above = array,
		.index = index,
	};
}

bool json_has(const struct json_place *object, const char *field)
{
	const json_t *const value = json_object_get(object->value, field);

	return value != NULL && !json_is_null(value);
}

static bool listed(const char *const *words, const char *word, int *result)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (text_equal(words[i], word)) {
			*result = i;
			return true;
		}
	}
	return false;
}

bool json_only(const struct json_place *object, const char *const *fields, struct json_error *error)
{
	const char *field;
	json_t *value;
	int place;

	if (!json_is_object(object->value))
		return json_refuse(object, NULL, error, "must be an object");
	json_object_foreach(object->value, field, value)
	{
		if (!listed(fields, field, &place))
			return json_refuse(object, field, error, "is not known");
	}
	return true;
}

/* What a value is, wherever it stands. */

static bool text_of(const struct json_place *place, size_t max_bytes, const char **result,
                    struct json_error *error)
{
	if (!json_is_string(place->value))
		return json_refuse(place, NULL, error, "must be a text");
	if (json_string_length(place->value) > max_bytes)
		return json_refuse(place, NULL, error, "is longer than %zu bytes", max_bytes);
	*result = json_string_value(place->value);
	return true;
}

static bool filled_of(const struct json_place *place, size_t max_bytes, const char **result,
                      struct json_error *error)
{
	if (json_is_string(place->value) && json_string_length(place->value) == 0)
		return json_refuse(place, NULL, error, "must not be empty");
	return text_of(place, max_bytes, result, error);
}

static bool integer_of(const struct json_place *place, int64_t min, int64_t max, int64_t *result,
                       struct json_error *error)
{
	if (!json_is_integer(place->value))
		return json_refuse(place, NULL, error, "must be a whole number");
	if (json_integer_value(place->value) < min || json_integer_value(place->value) > max)
		return json_refuse(place, NULL, error, "must be between %" PRId64 " and %" PRId64,
		                   min, max);
	*result = json_integer_value(place->value);
	return true;
}

static bool switch_of(const struct json_place *place, bool *result, struct json_error *error)
{
	if (!json_is_boolean(place->value))
		return json_refuse(place, NULL, error, "must be true or false");
	*result = json_is_true(place->value);
	return true;
}

static bool instant_of(const struct json_place *place, struct instant *result,
                       struct json_error *error)
{
	struct instant instant;

	if (!json_is_string(place->value) || !time_parse(json_string_value(place->value), &instant))
		return json_refuse(place, NULL, error,
		                   "must be a time with an offset, as 2026-05-01T17:30:00+09:00");
	if (time_before(instant, TIME_OLDEST) || time_before(TIME_NEWEST, instant))
		return json_refuse(place, NULL, error, "must be in the years 1970 to 9999");
	*result = instant;
	return true;
}

static bool date_of(const struct json_place *place, struct date *result, struct json_error *error)
{
	if (!json_is_string(place->value) || !date_parse(json_string_value(place->value), result))
		return json_refuse(place, NULL, error, "must be a date, as 2026-05-01");
	return true;
}

static bool word_of(const struct json_place *place, const char *const *words, int *result,
                    struct json_error *error)
{
	char reason[JSON_REASON_SIZE] = "must be one of:";

	if (json_is_string(place->value) && listed(words, json_string_value(place->value), result))
		return true;
	for (int i = 0; words[i] != NULL; i++) {
		const size_t used = strlen(reason);

		snprintf(reason + used, sizeof(reason) - used, " %s", words[i]);
	}
	return json_refuse(place, NULL, error, "%s", reason);
}

static bool array_of(const struct json_place *place, size_t max_items, struct json_error *error)
{
	if (!json_is_array(place->value))
		return json_refuse(place, NULL, error, "must be an array");
	if (json_array_size(place->value) > max_items)
		return json_refuse(place, NULL, error, "has more than %zu items", max_items);
	return true;
}

/* Required fields. */

static bool present(const struct json_place *object, const char *field, struct json_place *place,
                    struct json_error *error)
{
	*place = member(object, field);
	if (!json_is_object(object->value))
		return json_refuse(object, NULL, error, "must be an object");
	return json_has(object, field) || json_refuse(object, field, error, "is missing");
}

bool json_text_at(const struct json_place *object, const char *field, size_t max_bytes,
                  const char **result, struct json_error *error)
{
	struct json_place place;

	return present(object, field, &place, error) && filled_of(&place, max_bytes, result, error);
}

bool json_integer_at(const struct json_place *object, const char *field, int64_t min, int64_t max,
                     int64_t *result, struct json_error *error)
{
	struct json_place place;

	return present(object, field, &place, error) && integer_of(&place, min, max, result, error);
}

bool json_switch_at(const struct json_place *object, const char *field, bool *result,
                    struct json_error *error)
{
	struct json_place place;

	return present(object, field, &place, error) && switch_of(&place, result, error);
}

bool json_instant_at(const struct json_place *object, const char *field, struct instant *result,
                     struct json_error *error)
{
	struct json_place place;

	return present(object, field, &place, error) && instant_of(&place, result, error);
}

bool json_date_at(const struct json_place *object, const char *field, struct date *result,
                  struct json_error *error)
{
	struct json_place place;

	return present(object, field, &place, error) && date_of(&place, result, error);
}

bool json_word_at(const struct json_place *object, const char *field, const char *const *words,
                  int *result, struct json_error *error)
{
	struct json_place place;

	return present(object, field, &place, error) && word_of(&place, words, result, error);
}

bool json_object_at(const struct json_place *object, const char *field, struct json_place *result,
                    struct json_error *error)
{
	struct json_place place;

	if (!present(object, field, &place, error))
		return false;
	if (!json_is_object(place.value))
		return json_refuse(object, field, error, "must be an object");
	*result = place;
	return true;
}

bool json_array_at(const struct json_place *object, const char *field, size_t max_items,
                   struct json_place *result, struct json_error *error)
{
	struct json_place place;

	if (!present(object, field, &place, error) || !array_of(&place, max_items, error))
		return false;
	*result = place;
	return true;
}

/* Optional fields. */

bool json_text_if(const struct json_place *object, const char *field, size_t max_bytes,
                  const char **result, struct json_error *error)
{
	const struct json_place place = member(object, field);

	return !json_has(object, field) || text_of(&place, max_bytes, result, error);
}

bool json_integer_if(const struct json_place *object, const char *field, int64_t min, int64_t max,
                     int64_t *result, struct json_error *error)
{
	const struct json_place place = member(object, field);

	return !json_has(object, field) || integer_of(&place, min, max, result, error);
}

bool json_switch_if(const struct json_place *object, const char *field, bool *result,
                    struct json_error *error)
{
	const struct json_place place = member(object, field);

	return !json_has(object, field) || switch_of(&place, result, error);
}

bool json_instant_if(const struct json_place *object, const char *field, struct instant *result,
                     struct json_error *error)
{
	const struct json_place place = member(object, field);

	return !json_has(object, field) || instant_of(&place, result, error);
}

bool json_array_if(const struct json_place *object, const char *field, size_t max_items,
                   struct json_place *result, struct json_error *error)
{
	const struct json_place place = member(object, field);

	if (json_has(object, field) && !array_of(&place, max_items, error))
		return false;
	*result = place;
	return true;
}

/* Items. */

bool json_text_in(const struct json_place *array, size_t index, size_t max_bytes,
                  const char **result, struct json_error *error)
{
	const struct json_place place = json_item(array, index);

	return filled_of(&place, max_bytes, result, error);
}

bool json_word_in(const struct json_place *array, size_t index, const char *const *words,
                  int *result, struct json_error *error)
{
	const struct json_place place = json_item(array, index);

	return word_of(&place, words, result, error);
}
