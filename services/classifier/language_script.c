#include "services/classifier/language_inside.h"

#include "common/base/status.h"

static const struct {
	uint32_t first;
	uint32_t last;
	enum script script;
} ranges[] = {
	{ 0xC0, 0xD6, SCRIPT_LATIN },       { 0xD8, 0xF6, SCRIPT_LATIN },
	{ 0xF8, 0x24F, SCRIPT_LATIN },      { 0x250, 0x2AF, SCRIPT_OTHER },
	{ 0x370, 0x373, SCRIPT_OTHER },     { 0x376, 0x377, SCRIPT_OTHER },
	{ 0x386, 0x10FF, SCRIPT_OTHER },    { 0x1100, 0x11FF, SCRIPT_HANGUL },
	{ 0x1200, 0x1DBF, SCRIPT_OTHER },   { 0x1E00, 0x1EFF, SCRIPT_LATIN },
	{ 0x1F00, 0x1FFF, SCRIPT_OTHER },   { 0x2C00, 0x2DFF, SCRIPT_OTHER },
	{ 0x3005, 0x3005, SCRIPT_HAN },     { 0x3041, 0x3096, SCRIPT_KANA },
	{ 0x309D, 0x309F, SCRIPT_KANA },    { 0x30A1, 0x30FA, SCRIPT_KANA },
	{ 0x30FC, 0x30FF, SCRIPT_KANA },    { 0x3131, 0x318E, SCRIPT_HANGUL },
	{ 0x31F0, 0x31FF, SCRIPT_KANA },    { 0x3400, 0x4DBF, SCRIPT_HAN },
	{ 0x4E00, 0x9FFF, SCRIPT_HAN },     { 0xA000, 0xABFF, SCRIPT_OTHER },
	{ 0xAC00, 0xD7A3, SCRIPT_HANGUL },  { 0xF900, 0xFAFF, SCRIPT_HAN },
	{ 0x10000, 0x1CFFF, SCRIPT_OTHER }, { 0x1E000, 0x1EFFF, SCRIPT_OTHER },
	{ 0x20000, 0x3FFFF, SCRIPT_HAN },
};

enum script language_script_above_ascii(uint32_t code)
{
	size_t low = 0;
	size_t high = COUNT_OF(ranges);

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT_OF(ranges) && code >= ranges[low].first ? ranges[low].script
	                                                           : SCRIPT_NONE;
}
