#include "services/opsmesh/report_chart.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

#define STEP 9
#define BAR 7
#define TALL 40 /* of what is above or below zero alone */
#define EDGE 2
#define ALL_PPM INT64_C(1000000)

static void put(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

void html_text(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': put(out, "&amp;"); break;
		case '<': put(out, "&lt;"); break;
		case '>': put(out, "&gt;"); break;
		case '"': put(out, "&quot;"); break;
		case '\'': put(out, "&#39;"); break;
		case 0x7f: put(out, " "); break;
		default:
			if ((unsigned char)*text < ' ')
				put(out, " ");
			else
				buffer_add(out, text, 1);
		}
	}
}

/* What the bars reach up and down to, neither below zero; at least one is above it. */
struct scale {
	uint64_t up;
	uint64_t down;
};

static uint64_t size_of(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static struct scale scale_of(const struct report_metric *metric, const struct report_line *line)
{
	struct scale scale = { .up = text_equal(metric->formula, "share") ? ALL_PPM : 0 };

	for (size_t ago = 0; ago < REPORT_PERIODS; ago++) {
		const struct report_cell *const cell = &line->cells[ago];
		uint64_t *const side = cell->figure.value < 0 ? &scale.down : &scale.up;

		if (cell->there && cell->figure.has_value && size_of(cell->figure.value) > *side)
			*side = size_of(cell->figure.value);
	}
	if (scale.up == 0 && scale.down == 0)
		scale.up = 1;
	return scale;
}

/* A bar that is not zero is seen. */
static uint64_t height_of(uint64_t size, uint64_t most)
{
	__extension__ const unsigned __int128 height = (unsigned __int128)size * TALL / most;

	return size > 0 && height == 0 ? 1 : (uint64_t)height;
}

static const char *said(struct arena *arena, const struct report_metric *metric,
                        const struct report_line *line, const struct report_cell *cell)
{
	return arena_printf(arena, "%s: %s%s", cell->label,
	                    kpi_value(arena, metric->unit, line->currency, &cell->figure),
	                    text_equal(cell->state, "open") ? ", provisional" : "");
}

struct drawing {
	struct arena *arena;
	const struct report_metric *metric;
	const struct report_line *line;
	struct scale scale;
	uint64_t zero; /* where zero is, from above */
	struct buffer *out;
};

static void put_gap(const struct drawing *it, size_t x)
{
	put(it->out, arena_printf(it->arena,
	                          "<circle class=\"gap\" cx=\"%zu.5\" cy=\"%" PRIu64 "\" r=\"1\"/>",
	                          x + BAR / 2, it->zero));
}

static void put_bar(const struct drawing *it, size_t ago)
{
	const struct report_cell *const cell = &it->line->cells[ago];
	const size_t x = EDGE + (REPORT_PERIODS - 1 - ago) * STEP;
	const uint64_t size = size_of(cell->figure.value);
	const bool below = cell->figure.value < 0;
	uint64_t height;

	if (!cell->there || !cell->figure.has_value) {
		put_gap(it, x);
		return;
	}
	height = size == 0 ? 0 : height_of(size, below ? it->scale.down : it->scale.up);
	put(it->out,
	    arena_printf(it->arena,
	                 "<rect class=\"bar%s%s\" x=\"%zu\" y=\"%" PRIu64
	                 "\" width=\"%d\" height=\"%" PRIu64 "\"><title>",
	                 ago == 0 ? " now" : "", text_equal(cell->state, "open") ? " open" : "", x,
	                 below ? it->zero : it->zero - height, BAR, height == 0 ? 1 : height));
	html_text(it->out, said(it->arena, it->metric, it->line, cell));
	put(it->out, "</title></rect>");
}

static void put_summary(const struct drawing *it)
{
	bool begun = false;

	html_text(it->out, it->metric->title);
	put(it->out, " by period: ");
	for (size_t ago = REPORT_PERIODS; ago-- > 0;) {
		const struct report_cell *const cell = &it->line->cells[ago];

		if (!cell->there)
			continue;
		put(it->out, begun ? "; " : "");
		html_text(it->out, said(it->arena, it->metric, it->line, cell));
		begun = true;
	}
}

void report_chart(struct arena *arena, const struct report_metric *metric,
                  const struct report_line *line, struct buffer *out)
{
	struct drawing it = { arena, metric, line, scale_of(metric, line), EDGE, out };
	const uint64_t wide = 2 * EDGE + REPORT_PERIODS * STEP;
	uint64_t tall;

	it.zero += it.scale.up > 0 ? TALL : 0;
	tall = it.zero + (it.scale.down > 0 ? TALL : 0) + EDGE;
	put(out, arena_printf(arena,
	                      "<svg role=\"img\" viewBox=\"0 0 %" PRIu64 " %" PRIu64
	                      "\" width=\"%" PRIu64 "\" height=\"%" PRIu64 "\" aria-label=\"",
	                      wide, tall, wide, tall));
	put_summary(&it);
	put(out, arena_printf(arena,
	                      "\"><line class=\"zero\" x1=\"0\" x2=\"%" PRIu64 "\" y1=\"%" PRIu64
	                      ".5\" y2=\"%" PRIu64 ".5\"/>",
	                      wide, it.zero, it.zero));
	for (size_t ago = REPORT_PERIODS; ago-- > 0;)
		put_bar(&it, ago);
	put(out, "</svg>");
}
