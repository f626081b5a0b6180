#include "services/opsmesh/csv.h"

#include <string.h>

static void begin(struct csv *csv)
{
	if (csv->begun)
		buffer_add(csv->out, ",", 1);
	csv->begun = true;
}

/* By what a spreadsheet takes for the beginning of a formula. */
static bool commands(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

void csv_text(struct csv *csv, const char *text)
{
	const bool quoted = strpbrk(text, ",\"\r\n") != NULL;

	begin(csv);
	if (quoted)
		buffer_add(csv->out, "\"", 1);
	if (commands(text))
		buffer_add(csv->out, "'", 1);
	for (size_t run; *text != '\0'; text += run) {
		run = 1 + strcspn(text + 1, "\"");
		if (*text == '"')
			buffer_add(csv->out, "\"", 1);
		buffer_add(csv->out, text, run);
	}
	if (quoted)
		buffer_add(csv->out, "\"", 1);
}

void csv_plain(struct csv *csv, const char *text)
{
	begin(csv);
	buffer_add(csv->out, text, strlen(text));
}

void csv_line(struct csv *csv)
{
	buffer_add(csv->out, "\r\n", 2);
	csv->begun = false;
}

void csv_titles(struct csv *csv, const char *const *titles)
{
	for (; *titles != NULL; titles++)
		csv_text(csv, *titles);
	csv_line(csv);
}
