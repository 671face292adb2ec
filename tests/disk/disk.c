// A disk that is full, fails, or can only be read, for one program and one folder: loaded before the C library
// (LD_PRELOAD), it answers the calls by which the program writes there. Needs no rights and no mount, so every machine
// that can build this repository can run it. DISK_FOLDER names the folder, DISK_STATE a file whose first byte is the
// state of the disk: '0' well, 'f' full, 'w' writing fails, 's' bringing to the disk fails, 'r' read only.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const volatile char *state;
static char folder[PATH_MAX];
static size_t folder_len;

__attribute__((constructor)) static void begin(void) {
    const char *place = getenv("DISK_FOLDER"), *file = getenv("DISK_STATE");
    if (!place || !file || strlen(place) >= sizeof folder) return;
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = real_open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    void *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED) return;
    strcpy(folder, place);
    folder_len = strlen(folder);
    state = page;
}

static char now(void) { return state ? *state : '0'; }

static int ours_path(const char *path) {
    char whole[PATH_MAX];
    if (now() == '0' || !path) return 0;
    if (path[0] != '/') {
        if (!getcwd(whole, sizeof whole)) return 0;
        size_t used = strlen(whole);
        snprintf(whole + used, sizeof whole - used, "/%s", path);
        path = whole;
    }
    return strncmp(path, folder, folder_len) == 0;
}

static int ours(int fd) {
    char link[64], path[PATH_MAX];
    if (now() == '0') return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    if (len <= 0) return 0;
    path[len] = 0;
    return strncmp(path, folder, folder_len) == 0;
}

// How many of `wanted` bytes at `at` may be written; -1 with errno for none. A full disk still takes what lies within
// the file already.
static ssize_t room(int fd, off_t at, size_t wanted) {
    struct stat own;
    if (!ours(fd)) return (ssize_t)wanted;
    switch (now()) {
    case 'w': errno = EIO; return -1;
    case 'r': errno = EROFS; return -1;
    case 'f':
        if (fstat(fd, &own) != 0 || !S_ISREG(own.st_mode)) return (ssize_t)wanted;
        if (at < 0) at = own.st_size;
        if (at >= own.st_size && wanted > 0) { errno = ENOSPC; return -1; }
        if (at + (off_t)wanted > own.st_size) return (ssize_t)(own.st_size - at);
    }
    return (ssize_t)wanted;
}

static off_t place(int fd) {
    if (fcntl(fd, F_GETFL) & O_APPEND) return -1;
    return lseek(fd, 0, SEEK_CUR);
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (now() == '0') return real(fd, bytes, count);
    ssize_t may = room(fd, place(fd), count);
    return may < 0 ? -1 : real(fd, bytes, (size_t)may);
}

#define PWRITE(name, offset)                                                                                         \
    ssize_t name(int fd, const void *bytes, size_t count, offset at) {                                               \
        REAL(ssize_t, name, int, const void *, size_t, offset);                                                      \
        ssize_t may = room(fd, at, count);                                                                           \
        return may < 0 ? -1 : real(fd, bytes, (size_t)may, at);                                                      \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static size_t length(const struct iovec *parts, int count) {
    size_t all = 0;
    for (int no = 0; no < count; no++) all += parts[no].iov_len;
    return all;
}

// All or nothing, and no parts.
#define GATHER(name, offset, extra_declared, extra, ask_place)                                                       \
    ssize_t name(int fd, const struct iovec *parts, int count extra_declared) {                                      \
        REAL(ssize_t, name, int, const struct iovec *, int offset);                                                  \
        size_t all = length(parts, count);                                                                           \
        ssize_t may = room(fd, ask_place, all);                                                                      \
        if (may >= 0 && (size_t)may < all) { errno = ENOSPC; may = -1; }                                             \
        return may < 0 ? -1 : real(fd, parts, count extra);                                                          \
    }
#define COMMA ,
GATHER(writev, , , , now() == '0' ? 0 : place(fd))
GATHER(pwritev, COMMA off_t, COMMA off_t at, COMMA at, at)
GATHER(pwritev64, COMMA off64_t, COMMA off64_t at, COMMA at, at)

static int refused(int fd, int grows) {
    if (!ours(fd)) return 0;
    switch (now()) {
    case 'w': return EIO;
    case 'r': return EROFS;
    case 'f': return grows ? ENOSPC : 0;
    }
    return 0;
}

#define CUT(name, offset)                                                                                            \
    int name(int fd, offset size) {                                                                                  \
        REAL(int, name, int, offset);                                                                                \
        int error = refused(fd, 0);                                                                                  \
        if (error) { errno = error; return -1; }                                                                     \
        return real(fd, size);                                                                                       \
    }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

int fallocate(int fd, int mode, off_t at, off_t size) {
    REAL(int, fallocate, int, int, off_t, off_t);
    int error = refused(fd, 1);
    if (error) { errno = error; return -1; }
    return real(fd, mode, at, size);
}
int posix_fallocate(int fd, off_t at, off_t size) {
    REAL(int, posix_fallocate, int, off_t, off_t);
    int error = refused(fd, 1);
    return error ? error : real(fd, at, size);
}
int posix_fallocate64(int fd, off64_t at, off64_t size) {
    REAL(int, posix_fallocate64, int, off64_t, off64_t);
    int error = refused(fd, 1);
    return error ? error : real(fd, at, size);
}

#define SYNC(name)                                                                                                   \
    int name(int fd) {                                                                                               \
        REAL(int, name, int);                                                                                        \
        if (ours(fd) && now() == 's') { errno = EIO; return -1; }                                                    \
        return real(fd);                                                                                             \
    }
SYNC(fsync)
SYNC(fdatasync)

#define OPEN(name)                                                                                                   \
    int name(const char *path, int flags, ...) {                                                                     \
        REAL(int, name, const char *, int, ...);                                                                     \
        va_list rest;                                                                                                \
        va_start(rest, flags);                                                                                       \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                      \
        va_end(rest);                                                                                                \
        if (now() == 'r' && (flags & (O_WRONLY | O_RDWR | O_CREAT)) && ours_path(path)) {                            \
            errno = EROFS;                                                                                           \
            return -1;                                                                                               \
        }                                                                                                            \
        return real(path, flags, mode);                                                                              \
    }
OPEN(open)
OPEN(open64)
