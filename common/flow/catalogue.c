#include "common/flow/catalogue.h"

#include "common/base/text.h"

int catalogue_find(const struct catalogue *catalogue, const char *name)
{
	for (int i = 0; i < catalogue->count; i++)
		if (text_equal(catalogue->topics[i].name, name))
			return i;
	return -1;
}

bool catalogue_is_results(const struct catalogue *catalogue, int topic)
{
	const char *const writer = catalogue->topics[topic].writers[0];

	return text_equal(writer, "effect");
}

bool catalogue_is_unplaced(const struct catalogue *catalogue, int topic)
{
	return topic == catalogue->journal || catalogue_is_results(catalogue, topic);
}
