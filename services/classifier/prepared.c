#include "services/classifier/prepared.h"

#include "common/base/check.h"
#include "common/io/unicode.h"

#include <string.h>

/* Points that are folded together. Writing has at most five; more is somebody's decoration. */
#define CLUSTER_MAX 16

struct making {
	struct arena *arena;
	struct prepared *out;
	size_t capacity;
};

struct cluster {
	uint32_t codes[CLUSTER_MAX];
	size_t count;
	uint32_t at;
	uint32_t end;
};

static bool blank(uint32_t code)
{
	return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 ||
	       code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
	       code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/* The first of these never are: most text is decided by one comparison. */
static bool left_out(uint32_t code)
{
	if (code < 0x300)
		return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xAD;
	if (code < 0x2000)
		return code == 0x34F || code == 0x61C || code == 0x115F || code == 0x1160 ||
		       code == 0x17B4 || code == 0x17B5 || (code >= 0x180B && code <= 0x180F);
	if (code < 0x3100)
		return (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
		       (code >= 0x2060 && code <= 0x206F);
	return code == 0x3164 || (code >= 0xFE00 && code <= 0xFE0F) || code == 0xFEFF ||
	       code == 0xFFA0 || (code >= 0xFFF0 && code <= 0xFFFB) ||
	       (code >= 0xE0000 && code <= 0xE0FFF);
}

/* Its own normal form but for case, width and kana, which plain_fold sees to. */
static bool plain(uint32_t code)
{
	return code < 0x80 || (code >= 0x3041 && code <= 0x3096) ||
	       (code >= 0x30A1 && code <= 0x30F6) || code == 0x30FC || code == 0x3001 ||
	       code == 0x3002 || (code >= 0x3400 && code <= 0x4DBF) ||
	       (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0xAC00 && code <= 0xD7A3) ||
	       (code >= 0xFF01 && code <= 0xFF5E) || (code >= 0x1F300 && code <= 0x1FAFF);
}

static uint32_t plain_fold(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		code -= 0xFF01 - 0x21;
	return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
}

/* What the standard's forms keep apart and people do not: kana, and the quotes of typesetters. */
static uint32_t letter_fold(uint32_t code)
{
	if (code == 0x2018 || code == 0x2019 || code == 0x2BC)
		return '\'';
	if (code == 0x201C || code == 0x201D)
		return '"';
	const bool katakana =
	    (code >= 0x30A1 && code <= 0x30F6) || code == 0x30FD || code == 0x30FE;

	return katakana ? code - 0x60 : code;
}

static void grow(struct making *making)
{
	struct prepared_point *const old = making->out->points;

	making->capacity *= 2;
	making->out->points = arena_alloc(making->arena, making->capacity * sizeof(*old));
	memcpy(making->out->points, old, making->out->count * sizeof(*old));
}

static void add(struct making *making, uint32_t code, uint32_t at, uint32_t end)
{
	struct prepared *const out = making->out;
	struct prepared_point *const last = out->count > 0 ? &out->points[out->count - 1] : NULL;

	if (blank(code)) {
		code = ' ';
		if (last != NULL && last->code == ' ') {
			last->end = end;
			return;
		}
	}
	if (left_out(code) || out->count == PREPARED_POINTS_MAX)
		return;
	if (out->count == making->capacity)
		grow(making);
	out->points[out->count++] =
	    (struct prepared_point){ .code = letter_fold(code), .at = at, .end = end };
}

static void add_cluster(struct making *making, const struct cluster *cluster)
{
	uint32_t folded[UNICODE_FOLDED_MAX];

	if (cluster->count == 1 && plain(cluster->codes[0])) {
		add(making, plain_fold(cluster->codes[0]), cluster->at, cluster->end);
		return;
	}
	const size_t count =
	    unicode_fold_points(cluster->codes, cluster->count, folded, UNICODE_FOLDED_MAX);
	for (size_t i = 0; i < count; i++)
		add(making, folded[i], cluster->at, cluster->end);
}

static void end_cluster(struct making *making, struct cluster *cluster)
{
	if (cluster->count > 0)
		add_cluster(making, cluster);
	cluster->count = 0;
}

/* Whether code is a part of what was begun: only then can the two become one. */
static bool joins(const struct cluster *cluster, uint32_t code)
{
	return cluster->count > 0 && cluster->count < CLUSTER_MAX && code >= 0x300 &&
	       unicode_joins(code);
}

/* ASCII before ASCII: nothing can join it. */
static bool stands_alone(const char *text, size_t size, size_t at)
{
	return (unsigned char)text[at] < 0x80 &&
	       (at + 1 == size || (unsigned char)text[at + 1] < 0x80);
}

void prepared_make(struct arena *arena, const char *text, size_t size, struct prepared *out)
{
	CHECK(size < UINT32_MAX);
	const size_t likely = size < PREPARED_POINTS_MAX ? size + 1 : PREPARED_POINTS_MAX;
	struct making making = { .arena = arena, .out = out, .capacity = likely };
	struct cluster cluster = { .count = 0 };

	*out = (struct prepared){ .text = text, .size = size };
	out->points = arena_alloc(arena, likely * sizeof(*out->points));
	for (size_t at = 0; at < size && out->count < PREPARED_POINTS_MAX;) {
		const uint32_t from = (uint32_t)at;
		if (stands_alone(text, size, at)) {
			end_cluster(&making, &cluster);
			add(&making, plain_fold((unsigned char)text[at]), from, from + 1);
			at++;
			continue;
		}
		const uint32_t code = unicode_next(text, size, &at);
		if (!blank(code) && left_out(code))
			continue;
		if (!joins(&cluster, code)) {
			end_cluster(&making, &cluster);
			cluster.at = from;
		}
		cluster.codes[cluster.count++] = code;
		cluster.end = (uint32_t)at;
	}
	end_cluster(&making, &cluster);
}

struct span prepared_span(const struct prepared *prepared, size_t first, size_t last)
{
	CHECK(first <= last && last <= prepared->count);
	const uint32_t at =
	    first < prepared->count ? prepared->points[first].at : (uint32_t)prepared->size;

	if (first == last)
		return (struct span){ .at = at, .size = 0 };
	return (struct span){ .at = at, .size = prepared->points[last - 1].end - at };
}
