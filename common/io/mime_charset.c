#include "common/io/mime_charset.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/mime_jis.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#define LABEL_MAX 40 /* the longest name that is registered */

enum family {
	FAMILY_ASCII,
	FAMILY_UTF8,
	FAMILY_JIS,
	FAMILY_EUC_JP,
	FAMILY_SJIS,
	FAMILY_BYTE,
	FAMILY_OTHER
};

struct charset {
	const char *name; /* as the C library spells it */
	enum family family;
	const char *labels; /* lower case, each between spaces */
};

/* Windows' supersets stand for the standards that senders name and do not keep to. */
static const struct charset charsets[] = {
	{ "US-ASCII", FAMILY_ASCII,
	  " us-ascii ascii ansi_x3.4-1968 iso646-us 646 7bit 8bit unknown-8bit x-unknown unknown default "
	  "binary none " },
	{ "UTF-8", FAMILY_UTF8, " utf-8 utf8 unicode-1-1-utf-8 utf-8n x-utf-8 utf8mb4 cp65001 " },
	{ "ISO-2022-JP", FAMILY_JIS,
	  " iso-2022-jp iso2022-jp iso2022jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 "
	  "iso-2022-jp-2004 iso-2022-jp-ms iso-2022-jp-ext cp50220 cp50221 cp50222 windows-50220 "
	  "windows-50221 windows-50222 x-windows-50220 x-windows-50221 x-windows-iso2022jp jis "
	  "x-jis jis7 jis_encoding csjisencoding " },
	{ "CP932", FAMILY_SJIS,
	  " shift_jis shift-jis shiftjis sjis x-sjis x_sjis ms_kanji csshiftjis windows-31j "
	  "cswindows31j cp932 ms932 ibm943 cp943 windows-932 x-ms-cp932 sjis-win shift_jis-2004 " },
	{ "EUC-JP", FAMILY_EUC_JP,
	  " euc-jp eucjp x-euc-jp x-euc cseucpkdfmtjapanese eucjp-ms euc-jp-ms eucjp-win cp51932 ujis "
	  "extended_unix_code_packed_format_for_japanese " },
	{ "WINDOWS-1252", FAMILY_BYTE,
	  " iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 cp819 windows-1252 cp1252 "
	  "x-cp1252 ansi iso-8859-1-windows-3.1-latin-1 " },
	{ "ISO-8859-2", FAMILY_BYTE, " iso-8859-2 iso8859-2 latin2 " },
	{ "ISO-8859-3", FAMILY_BYTE, " iso-8859-3 iso8859-3 latin3 " },
	{ "ISO-8859-4", FAMILY_BYTE, " iso-8859-4 iso8859-4 latin4 " },
	{ "ISO-8859-5", FAMILY_BYTE, " iso-8859-5 iso8859-5 cyrillic " },
	{ "ISO-8859-6", FAMILY_BYTE, " iso-8859-6 iso8859-6 iso-8859-6-i arabic " },
	{ "ISO-8859-7", FAMILY_BYTE, " iso-8859-7 iso8859-7 greek " },
	{ "ISO-8859-8", FAMILY_BYTE, " iso-8859-8 iso8859-8 iso-8859-8-i hebrew " },
	{ "WINDOWS-1254", FAMILY_BYTE, " iso-8859-9 iso8859-9 latin5 windows-1254 cp1254 " },
	{ "ISO-8859-10", FAMILY_BYTE, " iso-8859-10 iso8859-10 latin6 " },
	{ "ISO-8859-13", FAMILY_BYTE, " iso-8859-13 iso8859-13 " },
	{ "ISO-8859-14", FAMILY_BYTE, " iso-8859-14 iso8859-14 " },
	{ "ISO-8859-15", FAMILY_BYTE, " iso-8859-15 iso8859-15 latin-9 latin9 " },
	{ "ISO-8859-16", FAMILY_BYTE, " iso-8859-16 iso8859-16 " },
	{ "WINDOWS-1250", FAMILY_BYTE, " windows-1250 cp1250 x-cp1250 " },
	{ "WINDOWS-1251", FAMILY_BYTE, " windows-1251 cp1251 x-cp1251 " },
	{ "WINDOWS-1253", FAMILY_BYTE, " windows-1253 cp1253 " },
	{ "WINDOWS-1255", FAMILY_BYTE, " windows-1255 cp1255 " },
	{ "WINDOWS-1256", FAMILY_BYTE, " windows-1256 cp1256 " },
	{ "WINDOWS-1257", FAMILY_BYTE, " windows-1257 cp1257 " },
	{ "WINDOWS-1258", FAMILY_BYTE, " windows-1258 cp1258 " },
	{ "KOI8-R", FAMILY_BYTE, " koi8-r koi8r koi8 koi cskoi8r " },
	{ "KOI8-U", FAMILY_BYTE, " koi8-u koi8-ru " },
	{ "MACINTOSH", FAMILY_BYTE, " macintosh x-mac-roman mac csmacintosh " },
	{ "IBM437", FAMILY_BYTE, " ibm437 cp437 437 " },
	{ "IBM850", FAMILY_BYTE, " ibm850 cp850 850 " },
	{ "IBM866", FAMILY_BYTE, " ibm866 cp866 866 " },
	{ "CP874", FAMILY_BYTE, " tis-620 windows-874 cp874 iso-8859-11 " },
	{ "GB18030", FAMILY_OTHER,
	  " gb18030 gbk gb2312 gb_2312-80 x-gbk euc-cn cp936 ms936 windows-936 csgb2312 chinese " },
	{ "BIG5-HKSCS", FAMILY_OTHER,
	  " big5 big5-hkscs cn-big5 x-x-big5 csbig5 cp950 windows-950 " },
	{ "CP949", FAMILY_OTHER,
	  " euc-kr euckr ks_c_5601-1987 ks_c_5601 ksc5601 cp949 uhc windows-949 cseuckr korean " },
	{ "ISO-2022-KR", FAMILY_OTHER, " iso-2022-kr csiso2022kr " },
	{ "UTF-16", FAMILY_OTHER, " utf-16 utf16 " },
	{ "UTF-16LE", FAMILY_OTHER, " utf-16le unicode ucs-2 " },
	{ "UTF-16BE", FAMILY_OTHER, " utf-16be " },
	{ "UTF-7", FAMILY_OTHER, " utf-7 unicode-1-1-utf-7 csunicode11utf7 " },
};

static const struct charset *charset_find(const char *label)
{
	char needle[LABEL_MAX + 3] = " ";
	size_t size = 1;

	for (const char *at = label; *at != '\0'; at++) {
		const char c = *at;
		if (strchr(" \t\r\n\"'", c) != NULL)
			continue;
		if (size > LABEL_MAX)
			return NULL;
		needle[size++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	if (size == 1)
		return NULL;
	needle[size] = ' ';
	for (size_t i = 0; i < COUNT_OF(charsets); i++) {
		if (strstr(charsets[i].labels, needle) != NULL)
			return &charsets[i];
	}
	return NULL;
}

/* The first of a family, which each has. */
static const struct charset *charset_of(enum family family)
{
	size_t i = 0;

	while (i < COUNT_OF(charsets) - 1 && charsets[i].family != family)
		i++;
	return &charsets[i];
}

/* Each byte that does not convert becomes U+FFFD; the number of those. */
static size_t convert_iconv(const char *name, struct bytes in, struct buffer *out)
{
	char *from = (char *)(uintptr_t)in.data; /* iconv does not write there */
	size_t left = in.size;
	size_t bad = 0;
	iconv_t cd = iconv_open("UTF-8", name);

	CHECK(cd != (iconv_t)-1);
	while (left > 0) {
		char piece[4096];
		char *to = piece;
		size_t room = sizeof(piece);
		const size_t done = iconv(cd, &from, &left, &to, &room);
		const int error = errno;
		buffer_add(out, piece, sizeof(piece) - room);
		if (done != (size_t)-1 || error == E2BIG || left == 0)
			continue;
		buffer_add(out, "\xEF\xBF\xBD", 3);
		bad++;
		from++;
		left--;
	}
	iconv_close(cd);
	return bad;
}

/* The standard's characters where they suffice, else with those of the vendors. */
static size_t convert_japanese(const struct charset *charset, struct bytes in, struct buffer *out)
{
	const size_t start = out->size;

	if (convert_iconv(charset->name, in, out) == 0)
		return 0;
	out->size = start;
	return charset->family == FAMILY_JIS ? jis_decode(in, out) : eucjp_decode(in, out);
}

static size_t convert(const struct charset *charset, struct bytes in, struct buffer *out)
{
	switch (charset->family) {
	case FAMILY_ASCII:
	case FAMILY_UTF8:
		buffer_add(out, in.data, in.size); /* text_repair counts what is bad */
		return 0;
	case FAMILY_JIS:
	case FAMILY_EUC_JP: return convert_japanese(charset, in, out);
	case FAMILY_SJIS:
	case FAMILY_BYTE:
	case FAMILY_OTHER:
	default: return convert_iconv(charset->name, in, out);
	}
}

static bool is_seven_bit(struct bytes bytes)
{
	const unsigned char *data = bytes.data;

	for (size_t i = 0; i < bytes.size; i++) {
		if (data[i] >= 0x80)
			return false;
	}
	return true;
}

/* Well-formed sequences of several bytes outnumber the bytes that are not: damaged UTF-8. */
static bool is_mostly_utf8(struct bytes bytes)
{
	const unsigned char *data = bytes.data;
	size_t good = 0;
	size_t bad = 0;

	for (size_t i = 0; i < bytes.size;) {
		const size_t want = data[i] < 0x80   ? 1
		                    : data[i] < 0xE0 ? 2
		                    : data[i] < 0xF0 ? 3
		                                     : 4;
		const struct bytes one = { data + i, want };
		if (i + want <= bytes.size && text_valid(one)) {
			good += want > 1;
			i += want;
		} else {
			bad += data[i] != 0;
			i++;
		}
	}
	return good > bad;
}

static bool is_japanese(uint32_t c)
{
	return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF) ||
	       (c >= 0xFF01 && c <= 0xFF5E);
}

static uint32_t character_at(const unsigned char *data, size_t *at)
{
	const unsigned char lead = data[*at];
	const size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
	uint32_t c = more == 0 ? lead : lead & (0x3FU >> more);

	for (size_t i = 1; i <= more; i++)
		c = c << 6 | (data[*at + i] & 0x3FU);
	*at += more + 1;
	return c;
}

/*
 * How much it reads like Japanese, 0: not at all. Only characters beside another one count, for
 * western bytes look like a single ideograph here and there; half-width kana speak against it.
 */
static size_t japanese_score(const struct charset *charset, struct bytes bytes)
{
	struct buffer out = { 0 };
	size_t score = 0;
	size_t others = 0;
	bool before = false;

	if (convert(charset, bytes, &out) == 0) {
		for (size_t at = 0; at < out.size;) {
			const uint32_t c = character_at(out.data, &at);
			const bool here = is_japanese(c);
			score += here && before;
			others += c >= 0x80 && !here;
			before = here;
		}
	}
	buffer_finish(&out);
	return score > others ? score - others : 0;
}

static const struct charset *charset_guess(struct bytes bytes)
{
	const struct charset *const euc = charset_of(FAMILY_EUC_JP);
	const struct charset *const sjis = charset_of(FAMILY_SJIS);

	if (text_valid(bytes) || is_mostly_utf8(bytes))
		return charset_of(FAMILY_UTF8);
	const size_t euc_score = japanese_score(euc, bytes);
	const size_t sjis_score = japanese_score(sjis, bytes);
	if (euc_score == 0 && sjis_score == 0)
		return charset_of(FAMILY_BYTE); /* it knows every byte */
	return euc_score > sjis_score ? euc : sjis;
}

static bool converts_cleanly(const struct charset *charset, struct bytes bytes)
{
	struct buffer out = { 0 };
	const bool clean = convert(charset, bytes, &out) == 0;

	buffer_finish(&out);
	return clean;
}

/* Whether the bytes are proof that the declared charset is not theirs. */
static bool is_denied(const struct charset *declared, struct bytes bytes)
{
	switch (declared->family) {
	case FAMILY_UTF8:
		return !text_valid(bytes) && !is_mostly_utf8(bytes) &&
		       charset_guess(bytes)->family != FAMILY_BYTE;
	case FAMILY_JIS: return !jis_escaped(bytes);
	case FAMILY_BYTE: return text_valid(bytes);
	case FAMILY_EUC_JP:
	case FAMILY_SJIS:
	case FAMILY_OTHER: return text_valid(bytes) && !converts_cleanly(declared, bytes);
	case FAMILY_ASCII:
	default: return true;
	}
}

static const struct charset *charset_choose(struct bytes bytes, const char *declared,
                                            enum charset_verdict *verdict)
{
	const bool absent = declared == NULL || *declared == '\0';
	const struct charset *const named =
	    absent ? charset_of(FAMILY_ASCII) : charset_find(declared);
	const bool seven = is_seven_bit(bytes);

	*verdict = CHARSET_DECLARED;
	if (seven && jis_escaped(bytes) &&
	    (named == NULL || named->family <= FAMILY_UTF8 || named->family == FAMILY_BYTE)) {
		*verdict = absent          ? CHARSET_MISSING
		           : named == NULL ? CHARSET_STRANGE
		                           : CHARSET_DENIED;
		return charset_of(FAMILY_JIS);
	}
	if (named == NULL) {
		*verdict = CHARSET_STRANGE;
		return charset_guess(bytes);
	}
	if (seven || !is_denied(named, bytes))
		return named;
	*verdict = named->family == FAMILY_ASCII ? CHARSET_MISSING : CHARSET_DENIED;
	return charset_guess(bytes);
}

struct charset_text charset_decode(struct arena *arena, struct bytes bytes, const char *declared)
{
	struct charset_text result = { 0 };
	struct buffer out = { 0 };
	const struct charset *const charset = charset_choose(bytes, declared, &result.verdict);
	const size_t bad = convert(charset, bytes, &out);

	result.charset = charset->name;
	result.text = text_repair(arena, (struct bytes){ out.data, out.size }, &result.repaired);
	result.repaired += bad;
	buffer_finish(&out);
	return result;
}
