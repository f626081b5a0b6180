#include "common/io/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_SIZE 4096

/* All of it, or max bytes and one. */
static bool take(FILE *file, size_t max, struct buffer *content)
{
	char chunk[CHUNK_SIZE];
	size_t size;

	while ((size = fread(chunk, 1, sizeof(chunk), file)) > 0 && content->size <= max)
		buffer_add(content, chunk, size);
	content->size = content->size > max ? max + 1 : content->size;
	return ferror(file) == 0;
}

bool file_read(struct arena *arena, const char *path, size_t max, struct bytes *content)
{
	FILE *const file = fopen(path, "rbe");
	struct buffer buffer = { 0 };
	bool read;

	if (file == NULL)
		return false;
	read = take(file, max, &buffer);
	read = fclose(file) == 0 && read;
	if (read)
		*content =
		    (struct bytes){ arena_copy(arena, buffer.data, buffer.size), buffer.size };
	buffer_finish(&buffer);
	return read;
}

bool file_map(const char *path, size_t max, struct bytes *content)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	void *mapped = MAP_FAILED;
	struct stat stat;

	if (file < 0)
		return false;
	if (fstat(file, &stat) == 0 && stat.st_size > 0 && (uint64_t)stat.st_size <= max)
		mapped = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	if (mapped == MAP_FAILED)
		return false;
	*content = (struct bytes){ mapped, (size_t)stat.st_size };
	return true;
}

static bool ends_in(const char *name, const char *suffix)
{
	const size_t size = strlen(name);
	const size_t end = strlen(suffix);

	return size > end && strcmp(name + size - end, suffix) == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

bool file_list(struct arena *arena, const char *folder, const char *suffix, size_t max,
               const char **paths, size_t *count)
{
	struct dirent **entries;
	const int found = scandir(folder, &entries, NULL, by_bytes);
	bool fits = true;
	size_t kept = 0;

	if (found < 0)
		return false;
	for (int i = 0; i < found; i++) {
		const char *const name = entries[i]->d_name;

		if (name[0] != '.' && ends_in(name, suffix)) {
			fits = fits && kept < max;
			if (fits)
				paths[kept++] = arena_printf(arena, "%s/%s", folder, name);
		}
		free(entries[i]);
	}
	free(entries);
	*count = kept;
	return fits;
}

bool file_line(FILE *file, char *line, size_t max, size_t *size)
{
	size_t count = 0;
	int byte;

	while ((byte = getc(file)) != EOF && byte != '\n') {
		if (count <= max)
			line[count++] = (char)byte;
	}
	*size = count;
	return byte != EOF || count > 0;
}
