// The little of <string.h> that a rule needs.
#ifndef RONGYI_STRING_H
#define RONGYI_STRING_H
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

#endif
