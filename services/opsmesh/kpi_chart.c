#include "services/opsmesh/kpi_chart.h"

#include "common/base/text.h"
#include "services/opsmesh/kpi_figure.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PIECE_SIZE 512
#define BAR_MAX 440 /* the widest bar */
#define RULE 8      /* how thick it is, as the style has it */
#define WHOLE_PPM INT64_C(1000000)
#define MINUTE_US INT64_C(60000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* Where numbers lie in the picture. */
struct frame {
	struct arena *arena;
	struct buffer *out;
	const struct kpi_chart *chart;
	int64_t left;
	int64_t top;
	int64_t width;
	int64_t height;
	int64_t min;
	int64_t max;
};

enum kpi_chart_form kpi_chart_form_of(const char *formula)
{
	static const char *const lines[] = { "mean",         "share", "quotient",
		                             "distribution", "level", NULL };

	return text_among(lines, formula) ? KPI_CHART_LINE : KPI_CHART_BARS;
}

const char *kpi_chart_style(void)
{
	return ".k-chart{--k-ink:#1c2733;--k-soft:#5b6875;--k-rule:#d9dee4;--k-mark:#1f6aa5;--k-"
	       "back:#fff}"
	       "@media(prefers-color-scheme:dark){.k-chart{--k-ink:#e7ebef;--k-soft:#a3afbb;"
	       "--k-rule:#38434e;--k-mark:#6cb4ee;--k-back:#14191f}}"
	       ".k-chart text{fill:var(--k-soft);font:110px system-ui,sans-serif}"
	       ".k-chart .k-title{fill:var(--k-ink);font-size:130px;font-weight:600}"
	       ".k-rule{stroke:var(--k-rule);stroke-width:8}"
	       ".k-bar,.k-dot{fill:var(--k-mark)}"
	       ".k-line{fill:none;stroke:var(--k-mark);stroke-width:20;stroke-linejoin:round;"
	       "stroke-linecap:round}"
	       ".k-band{fill:var(--k-mark);opacity:.18}"
	       ".k-pale{opacity:.45}"
	       ".k-back{fill:var(--k-back)}"
	       "@media print{.k-chart{--k-ink:#000;--k-soft:#444;--k-rule:#ccc;--k-mark:#1f6aa5;"
	       "--k-back:#fff}}";
}

/* Text. */

static void put(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

PRINTF_LIKE(2, 3)
static void putf(struct buffer *out, const char *format, ...)
{
	char text[PIECE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	put(out, text);
}

static const char *escape_of(unsigned char byte)
{
	switch (byte) {
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '&': return "&amp;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\t':
	case '\n':
	case '\r': return " ";
	default: return byte < ' ' || byte == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

const char *kpi_markup(struct arena *arena, const char *text)
{
	struct buffer out = { 0 };
	const char *made;

	for (; *text != '\0'; text++) {
		const char *const escaped = escape_of((unsigned char)*text);

		if (escaped != NULL)
			put(&out, escaped);
		else
			buffer_add(&out, text, 1);
	}
	made = arena_text(arena, out.size > 0 ? (const char *)out.data : "", out.size);
	buffer_finish(&out);
	return made;
}

/* Scale. */

static int64_t up_to(int64_t value, int64_t step)
{
	const int64_t more = (step - value % step) % step;

	return value > INT64_MAX - more ? value : value + more;
}

/* Rounded up to 1, 2 or 5 times a power of ten; spans to whole minutes, hours, days. */
static int64_t round_up(const char *unit, int64_t value)
{
	int64_t step = 1;

	if (text_equal(unit, "us"))
		return up_to(value, value > 2 * DAY_US    ? DAY_US
		                    : value > 2 * HOUR_US ? HOUR_US
		                                          : MINUTE_US);
	while (step <= value / 10)
		step *= 10;
	if (value <= step)
		return step;
	if (value - step <= step)
		return 2 * step;
	if (value - 4 * step <= step)
		return 5 * step;
	return step > INT64_MAX / 10 ? value : 10 * step;
}

static void widen(struct frame *frame, int64_t value)
{
	frame->min = value < frame->min ? value : frame->min;
	frame->max = value > frame->max ? value : frame->max;
}

static void set_scale(struct frame *frame)
{
	const struct kpi_chart *const chart = frame->chart;

	for (size_t i = 0; i < chart->count; i++) {
		const struct kpi_point *const point = &chart->points[i];

		if (point->has_value)
			widen(frame, point->value);
		if (point->has_value && point->has_interval)
			widen(frame, point->high);
	}
	if (frame->max > 0)
		frame->max = round_up(chart->unit, frame->max);
	if (frame->min == 0 && frame->max == 0)
		frame->max = text_equal(chart->unit, "ppm") ? WHOLE_PPM : 1;
}

static int64_t y_of(const struct frame *frame, int64_t value)
{
	__extension__ const __int128 span = (__int128)frame->max - frame->min;
	__extension__ const __int128 up = ((__int128)value - frame->min) * frame->height / span;

	return frame->top + frame->height - (int64_t)up;
}

/* The middle of a point's slot. */
static int64_t x_of(const struct frame *frame, size_t i)
{
	return frame->left +
	       (2 * (int64_t)i + 1) * frame->width / (2 * (int64_t)frame->chart->count);
}

/* Marks. */

static void add_title(const struct frame *frame, const struct kpi_point *point)
{
	const struct kpi_chart *const chart = frame->chart;
	const char *const number =
	    chart->about ? kpi_about(frame->arena, chart->unit, chart->currency, point->value)
			 : kpi_number(frame->arena, chart->unit, chart->currency, point->value);

	put(frame->out, "<title>");
	put(frame->out, kpi_markup(frame->arena, point->label));
	putf(frame->out, ": %s", number);
	if (point->says != NULL && *point->says != '\0') {
		put(frame->out, ", ");
		put(frame->out, kpi_markup(frame->arena, point->says));
	}
	put(frame->out, point->provisional ? ", provisional</title>" : "</title>");
}

static struct kpi_box bar_of(const struct frame *frame, size_t i)
{
	const struct kpi_point *const point = &frame->chart->points[i];
	const int64_t slot = frame->width / (int64_t)frame->chart->count;
	const int64_t wide = slot * 7 / 10 > BAR_MAX ? BAR_MAX : slot * 7 / 10;
	const int64_t zero = y_of(frame, 0);
	const int64_t end = y_of(frame, point->value);

	return (struct kpi_box){ .tone = point->provisional ? KPI_TONE_PALE : KPI_TONE_MARK,
		                 .x = x_of(frame, i) - wide / 2,
		                 .y = end < zero ? end : zero,
		                 .width = wide > 0 ? wide : 1,
		                 .height = end < zero ? zero - end : end - zero };
}

static void add_bar(const struct frame *frame, size_t i)
{
	const struct kpi_point *const point = &frame->chart->points[i];
	const struct kpi_box box = bar_of(frame, i);

	putf(frame->out,
	     "<rect class=\"k-bar%s\" x=\"%" PRId64 "\" y=\"%" PRId64 "\" width=\"%" PRId64
	     "\" height=\"%" PRId64 "\">",
	     box.tone == KPI_TONE_PALE ? " k-pale" : "", box.x, box.y, box.width, box.height);
	add_title(frame, point);
	put(frame->out, "</rect>");
}

static void add_dot(const struct frame *frame, size_t i)
{
	const struct kpi_point *const point = &frame->chart->points[i];

	putf(frame->out,
	     "<circle class=\"k-dot%s\" cx=\"%" PRId64 "\" cy=\"%" PRId64 "\" r=\"%d\">",
	     point->provisional ? " k-pale" : "", x_of(frame, i), y_of(frame, point->value),
	     frame->chart->small        ? 22
	     : frame->chart->count > 60 ? 18
	                                : 32);
	add_title(frame, point);
	put(frame->out, "</circle>");
}

static void add_place(const struct frame *frame, size_t i, int64_t value)
{
	putf(frame->out, "%" PRId64 ",%" PRId64 " ", x_of(frame, i), y_of(frame, value));
}

/* Points from first to before end all have a value. */
static void add_run(const struct frame *frame, size_t first, size_t end)
{
	const struct kpi_point *const points = frame->chart->points;

	if (points[first].has_interval) {
		put(frame->out, "<polygon class=\"k-band\" points=\"");
		for (size_t i = first; i < end; i++)
			add_place(frame, i,
			          points[i].has_interval ? points[i].high : points[i].value);
		for (size_t i = end; i-- > first;)
			add_place(frame, i,
			          points[i].has_interval ? points[i].low : points[i].value);
		put(frame->out, "\"/>");
	}
	put(frame->out, "<polyline class=\"k-line\" points=\"");
	for (size_t i = first; i < end; i++)
		add_place(frame, i, points[i].value);
	put(frame->out, "\"/>");
}

static void add_line(const struct frame *frame)
{
	const struct kpi_point *const points = frame->chart->points;
	const size_t count = frame->chart->count;

	for (size_t first = 0, end; first < count; first = end + 1) {
		for (end = first; end < count && points[end].has_value; end++)
			;
		if (end > first)
			add_run(frame, first, end);
	}
}

static void add_marks(const struct frame *frame)
{
	const struct kpi_chart *const chart = frame->chart;
	const bool line = chart->form == KPI_CHART_LINE;

	if (line)
		add_line(frame);
	for (size_t i = 0; i < chart->count; i++) {
		if (!chart->points[i].has_value)
			continue;
		if (!line)
			add_bar(frame, i);
		else if (!chart->small || i + 1 == chart->count)
			add_dot(frame, i);
	}
}

/* What stands around them. */

static void add_rule(const struct frame *frame, int64_t value)
{
	const struct kpi_chart *const chart = frame->chart;
	const int64_t y = y_of(frame, value);

	putf(frame->out,
	     "<line class=\"k-rule\" x1=\"%" PRId64 "\" x2=\"%" PRId64 "\" y1=\"%" PRId64
	     "\" y2=\"%" PRId64 "\"/>",
	     frame->left, frame->left + frame->width, y, y);
	if (chart->small)
		return;
	putf(frame->out, "<text x=\"%" PRId64 "\" y=\"%" PRId64 "\" text-anchor=\"end\">%s</text>",
	     frame->left - 60, y + 40,
	     kpi_number(frame->arena, chart->unit, chart->currency, value));
}

static void add_labels(const struct frame *frame)
{
	const struct kpi_chart *const chart = frame->chart;
	const int64_t y = frame->top + frame->height + 170;

	if (chart->count == 0)
		return;
	putf(frame->out, "<text x=\"%" PRId64 "\" y=\"%" PRId64 "\">%s</text>", frame->left, y,
	     kpi_markup(frame->arena, chart->points[0].label));
	if (chart->count > 1)
		putf(frame->out,
		     "<text x=\"%" PRId64 "\" y=\"%" PRId64 "\" text-anchor=\"end\">%s</text>",
		     frame->left + frame->width, y,
		     kpi_markup(frame->arena, chart->points[chart->count - 1].label));
}

static void add_inside(const struct frame *frame)
{
	const struct kpi_chart *const chart = frame->chart;

	put(frame->out, "<title>");
	put(frame->out, kpi_markup(frame->arena, chart->title));
	put(frame->out, "</title>");
	add_rule(frame, 0);
	if (!chart->small) {
		put(frame->out, "<text class=\"k-title\" x=\"60\" y=\"190\">");
		put(frame->out, kpi_markup(frame->arena, chart->title));
		put(frame->out, "</text>");
		add_labels(frame);
		add_rule(frame, frame->max != 0 ? frame->max : frame->min);
		if (frame->max != 0 && frame->min != 0)
			add_rule(frame, frame->min);
	}
	add_marks(frame);
}

static struct frame frame_of(const struct kpi_chart *chart)
{
	const int width = chart->small ? KPI_CHART_SMALL_WIDTH : KPI_CHART_WIDTH;
	const int height = chart->small ? KPI_CHART_SMALL_HEIGHT : KPI_CHART_HEIGHT;
	struct frame frame = { .chart = chart };

	frame.left = chart->small ? 20 : 1150;
	frame.top = chart->small ? 40 : 380;
	frame.width = width - frame.left - (chart->small ? 20 : 150);
	frame.height = height - frame.top - (chart->small ? 40 : 290);
	set_scale(&frame);
	return frame;
}

size_t kpi_chart_boxes(const struct kpi_chart *chart, struct kpi_box *boxes)
{
	const struct frame frame = frame_of(chart);
	size_t count = 0;

	boxes[count++] = (struct kpi_box){ .tone = KPI_TONE_RULE,
		                           .x = frame.left,
		                           .y = y_of(&frame, 0) - RULE / 2,
		                           .width = frame.width,
		                           .height = RULE };
	for (size_t i = 0; i < chart->count; i++)
		if (chart->points[i].has_value)
			boxes[count++] = bar_of(&frame, i);
	return count;
}

uint32_t kpi_tone_colour(enum kpi_tone tone)
{
	static const uint32_t colours[] = {
		[KPI_TONE_RULE] = 0xcccccc,
		[KPI_TONE_MARK] = 0x1f6aa5,
		[KPI_TONE_PALE] = 0x9abcd6, /* the mark at 45 % on white */
	};

	return colours[tone];
}

/* `where`: attributes that place it. */
static void add_picture(struct arena *arena, const struct kpi_chart *chart, struct buffer *out,
                        const char *where)
{
	const int width = chart->small ? KPI_CHART_SMALL_WIDTH : KPI_CHART_WIDTH;
	const int height = chart->small ? KPI_CHART_SMALL_HEIGHT : KPI_CHART_HEIGHT;
	struct frame frame = frame_of(chart);

	frame.arena = arena;
	frame.out = out;
	putf(out, "<svg class=\"k-chart\" role=\"img\" %s viewBox=\"0 0 %d %d\">", where, width,
	     height);
	add_inside(&frame);
	put(out, "</svg>");
}

void kpi_chart_element(struct arena *arena, const struct kpi_chart *chart, struct buffer *out)
{
	add_picture(arena, chart, out,
	            chart->small ? "width=\"160\" height=\"32\"" : "width=\"640\" height=\"180\"");
}

void kpi_chart_file(struct arena *arena, const struct kpi_chart *charts, size_t count,
                    struct buffer *out)
{
	const size_t height = KPI_CHART_HEIGHT * (count == 0 ? 1 : count);

	putf(out,
	     "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"k-chart\" width=\"%d\" "
	     "height=\"%zu\" viewBox=\"0 0 %d %zu\"><style>",
	     KPI_CHART_WIDTH / 10, height / 10, KPI_CHART_WIDTH, height);
	put(out, kpi_chart_style());
	put(out, "</style><rect class=\"k-back\" width=\"100%\" height=\"100%\"/>");
	for (size_t i = 0; i < count; i++)
		add_picture(arena, &charts[i], out,
		            arena_printf(arena, "y=\"%zu\" width=\"%d\" height=\"%d\"",
		                         i * KPI_CHART_HEIGHT, KPI_CHART_WIDTH, KPI_CHART_HEIGHT));
	put(out, "</svg>\n");
}
