#include "services/classifier/feature_script.h"

#include "common/base/status.h"

#include <stddef.h>

struct block {
	uint32_t first;
	uint32_t last;
	enum script script;
};

/* Above ASCII, in order; what lies between is SCRIPT_NONE. Blocks as in the standard's Blocks.txt. */
static const struct block blocks[] = {
	{ 0xA2, 0xA5, SCRIPT_SYMBOL },       { 0xAA, 0xAA, SCRIPT_LETTER },
	{ 0xB5, 0xB5, SCRIPT_LETTER },       { 0xBA, 0xBA, SCRIPT_LETTER },
	{ 0xC0, 0xD6, SCRIPT_LETTER },       { 0xD8, 0xF6, SCRIPT_LETTER },
	{ 0xF8, 0xDFF, SCRIPT_LETTER },      { 0xE00, 0xEFF, SCRIPT_OTHER_DENSE },   /* Thai, Lao */
	{ 0xF00, 0xFFF, SCRIPT_LETTER },     { 0x1000, 0x109F, SCRIPT_OTHER_DENSE }, /* Myanmar */
	{ 0x10A0, 0x177F, SCRIPT_LETTER },   { 0x1780, 0x17FF, SCRIPT_OTHER_DENSE }, /* Khmer */
	{ 0x1800, 0x1FFF, SCRIPT_LETTER },   { 0x203C, 0x203D, SCRIPT_SYMBOL },
	{ 0x20A0, 0x20CF, SCRIPT_SYMBOL },   { 0x2190, 0x2BFF, SCRIPT_SYMBOL },
	{ 0x2C00, 0x2DFF, SCRIPT_LETTER },   { 0x2E80, 0x2FDF, SCRIPT_HAN },
	{ 0x3005, 0x3007, SCRIPT_HAN },      { 0x3041, 0x309F, SCRIPT_KANA },
	{ 0x30A1, 0x30FA, SCRIPT_KANA },     { 0x30FC, 0x312F, SCRIPT_KANA },
	{ 0x3130, 0x318F, SCRIPT_LETTER },   { 0x3400, 0x4DBF, SCRIPT_HAN },
	{ 0x4E00, 0x9FFF, SCRIPT_HAN },      { 0xA000, 0xD7FF, SCRIPT_LETTER },
	{ 0xF900, 0xFAFF, SCRIPT_HAN },      { 0xFB00, 0xFDFF, SCRIPT_LETTER },
	{ 0xFE70, 0xFEFF, SCRIPT_LETTER },   { 0x10000, 0x1CFFF, SCRIPT_LETTER },
	{ 0x1D400, 0x1D7FF, SCRIPT_LETTER }, { 0x1E000, 0x1EFFF, SCRIPT_LETTER },
	{ 0x1F000, 0x1FAFF, SCRIPT_SYMBOL }, { 0x20000, 0x3FFFF, SCRIPT_HAN },
};

enum script script_above_ascii(uint32_t code)
{
	size_t low = 0;
	size_t high = COUNT_OF(blocks);

	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (code > blocks[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT_OF(blocks) && code >= blocks[low].first ? blocks[low].script
	                                                           : SCRIPT_NONE;
}
