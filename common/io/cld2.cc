// The only C++ in the tree: CLD2 has no other interface. Nothing here allocates or throws.
#include "common/io/cld2.h"

#include <climits>
#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

bool cld2_detect(const char *text, size_t size, const char **language, int *percent)
{
	const CLD2::CLDHints none = { nullptr, nullptr, CLD2::UNKNOWN_ENCODING,
		                      CLD2::UNKNOWN_LANGUAGE };
	const bool plain_text = true;
	CLD2::Language languages[3];
	int percents[3];
	double scores[3];
	int judged = 0;
	int valid = 0;
	bool sure = false;

	if (size > INT_MAX)
		return false;
	const CLD2::Language first =
	    CLD2::ExtDetectLanguageSummaryCheckUTF8(text, static_cast<int>(size), plain_text, &none,
	                                            0, languages, percents, scores, nullptr,
	                                            &judged, &sure, &valid);
	if (!sure || first == CLD2::UNKNOWN_LANGUAGE || first != languages[0])
		return false;
	*language = CLD2::LanguageCode(first);
	*percent = percents[0];
	return true;
}
