// The little of <stdlib.h> that a rule needs. Memory is taken and never given back.
#ifndef RONGYI_STDLIB_H
#define RONGYI_STDLIB_H
#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *old);
_Noreturn void abort(void);

#endif
