/*
 * cld2 - what the library CLD2 takes a text for, without its habit of answering English.
 *
 * It knows some 80 languages by their letters and groups of four letters, and is at home in whole
 * sentences. Of a few words it is not sure; its plain call then answers English, this one says no.
 */
#ifndef COMMON_IO_CLD2_H
#define COMMON_IO_CLD2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Of size bytes of UTF-8, at most 2 GiB. language: "en", "fr", "zh-Hant" ..., static; percent: how
 * much of the text is in it. false: the library is not sure, or the text is no UTF-8.
 */
bool cld2_detect(const char *text, size_t size, const char **language, int *percent);

#ifdef __cplusplus
}
#endif

#endif
