#include "services/opsmesh/key_ring.h"

#include "common/base/text.h"
#include "common/io/json.h"

#include <string.h>

#define SETTING_MAX (256UL * 1024)
#define KEYS_MAX 1000
#define TEXT_MAX 256

static const char *find_compact(struct arena *arena, const char *text, const char *name)
{
	while (*text != '\0') {
		const size_t size = strcspn(text, ";");
		const char *const one = text + strspn(text, " \t\r\n");
		const size_t name_size = strcspn(one, ":;");
		const size_t key_size =
		    one[name_size] == ':' ? strcspn(one + name_size + 1, ":;") : 0;

		if (key_size > 0 &&
		    (name == NULL || bytes_equal(bytes_of(name), (struct bytes){ one, name_size })))
			return arena_text(arena, one + name_size + 1, key_size);
		text += size + (text[size] == ';' ? 1 : 0);
	}
	return NULL;
}

static const char *find_json(struct arena *arena, const char *text, const char *name)
{
	AUTO_JSON document = NULL;
	struct json_error error;

	if (!json_parse(bytes_of(text), SETTING_MAX, &document, &error) || !json_is_array(document))
		return NULL;

	const struct json_place list = json_top(document);

	for (size_t i = 0; i < json_count(&list) && i < KEYS_MAX; i++) {
		const struct json_place one = json_item(&list, i);
		const char *has = NULL;
		const char *key = NULL;

		if (!json_text_at(&one, "name", TEXT_MAX, &has, &error) ||
		    !json_text_at(&one, "key", TEXT_MAX, &key, &error))
			return NULL;
		if (name == NULL || text_equal(has, name))
			return arena_string(arena, key);
	}
	return NULL;
}

const char *key_ring_find(struct arena *arena, const char *text, const char *name)
{
	text += strspn(text, " \t\r\n");
	return text[0] == '[' ? find_json(arena, text, name) : find_compact(arena, text, name);
}
