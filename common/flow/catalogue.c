#include "common/flow/catalogue.h"

#include "common/base/text.h"

int catalogue_find(const struct catalogue *catalogue, const char *name)
{
	for (int i = 0; i < catalogue->count; i++)
		if (text_equal(catalogue->topics[i].name, name))
			return i;
	return -1;
}
