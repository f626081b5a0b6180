#include "services/classifier/train_csv.h"

struct csv csv_of(struct arena *arena, struct bytes text)
{
	char *const copy = arena_copy(arena, text.data, text.size);

	return (struct csv){ .at = copy, .end = copy + text.size, .next_line = 1 };
}

static bool next_is(const struct csv *csv, char byte)
{
	return csv->at < csv->end && *csv->at == byte;
}

static bool skip(struct csv *csv, char byte)
{
	if (!next_is(csv, byte))
		return false;
	csv->at++;
	return true;
}

static bool at_field_end(const struct csv *csv)
{
	return csv->at == csv->end || next_is(csv, ',') || next_is(csv, '\r') || next_is(csv, '\n');
}

/* Behind the opening quote: up to the closing one, two of which are one. */
static struct bytes quoted(struct csv *csv)
{
	char *const field = csv->at;
	size_t size = 0;

	while (csv->at < csv->end) {
		const char byte = *csv->at++;
		if (byte == '"' && !skip(csv, '"')) {
			csv->broken = !at_field_end(csv);
			return (struct bytes){ field, size };
		}
		csv->next_line += byte == '\n';
		field[size++] = byte;
	}
	csv->broken = true;
	return (struct bytes){ field, size };
}

static struct bytes plain(struct csv *csv)
{
	const char *const field = csv->at;

	while (!at_field_end(csv))
		csv->at++;
	return (struct bytes){ field, (size_t)(csv->at - field) };
}

bool csv_next(struct csv *csv, struct bytes fields[static CSV_FIELDS_MAX], size_t *count)
{
	size_t found = 0;

	if (csv->at == csv->end || csv->broken)
		return false;
	csv->line = csv->next_line;
	do {
		if (found == CSV_FIELDS_MAX) {
			csv->broken = true;
			return false;
		}
		fields[found++] = skip(csv, '"') ? quoted(csv) : plain(csv);
	} while (!csv->broken && skip(csv, ','));
	skip(csv, '\r');
	csv->next_line += skip(csv, '\n');
	*count = found;
	return !csv->broken;
}
