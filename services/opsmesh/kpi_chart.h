/*
 * kpi_chart - windows of one metric as a picture: SVG, bars or a line, the same in reports and in `opsmesh kpi --format svg`.
 *
 * One file, or one element of a page: no script, no font, no address. Its colours are those of whoever looks (prefers-color-scheme);
 * kpi_chart_style has them, once in a file or a page, all under the class "k-chart". The axis begins at 0, or has 0 where numbers are on both sides. A
 * provisional number is pale, one that is not there is a gap. Coordinates are whole tenths of a pixel.
 */
#ifndef SERVICES_OPSMESH_KPI_CHART_H
#define SERVICES_OPSMESH_KPI_CHART_H

#include "common/base/arena.h"

enum kpi_chart_form {
	KPI_CHART_BARS, /* counts and amounts: what adds up */
	KPI_CHART_LINE, /* shares, spans, levels: what does not; with the interval as a band */
};

struct kpi_point {
	const char
	    *label; /* of the window; told by the point's title, and below the first and the last */
	bool has_value; /* false: a gap */
	int64_t value;
	bool has_interval;
	int64_t low;
	int64_t high;
	bool provisional;
	const char *says; /* beside the number in its title: "36 of 42"; may be "" */
};

struct kpi_chart {
	const char *title; /* read out, and shown above unless small */
	const char *unit;
	const char *currency; /* "" none */
	enum kpi_chart_form form;
	bool about; /* values are quantiles, and told as such */
	bool small; /* without words, for a line of a table: 1600 by 320 */
	const struct kpi_point *points;
	size_t count;
};

#define KPI_CHART_WIDTH 6400 /* tenths of a pixel, as below */
#define KPI_CHART_HEIGHT 1800
#define KPI_CHART_SMALL_WIDTH 1600
#define KPI_CHART_SMALL_HEIGHT 320

/* Of a formula's name: "count", "sum" and what is not known are bars. */
enum kpi_chart_form kpi_chart_form_of(const char *formula);
/* What <style> holds; in a page once. */
const char *kpi_chart_style(void);
/* An <svg> for a page that has the style. */
void kpi_chart_element(struct arena *arena, const struct kpi_chart *chart, struct buffer *out);

/* For what is no page of HTML: the rule of 0, and the bars. */
enum kpi_tone {
	KPI_TONE_RULE,
	KPI_TONE_MARK,
	KPI_TONE_PALE, /* provisional */
};

/* Filled; in tenths of a pixel from the upper left corner. */
struct kpi_box {
	enum kpi_tone tone;
	int64_t x;
	int64_t y;
	int64_t width;
	int64_t height;
};

/* A small chart of bars as kpi_chart_element places them; boxes has room for count + 1. Answers how many there are. */
size_t kpi_chart_boxes(const struct kpi_chart *chart, struct kpi_box *boxes);
/* 0xRRGGBB on white paper, as the style has it for print. */
uint32_t kpi_tone_colour(enum kpi_tone tone);

/* A file: charts one below the other, with the style. */
void kpi_chart_file(struct arena *arena, const struct kpi_chart *charts, size_t count,
                    struct buffer *out);

/* Text of others for SVG and HTML: marks escaped, and what XML does not allow as U+FFFD. */
const char *kpi_markup(struct arena *arena, const char *text);

#endif
