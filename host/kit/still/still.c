// What a build of a rule may see of the machine it runs on: nothing that differs from one build to the next.
//
// The tools of JavaScript and Python run a rule once while they build it, and keep its memory as it is then. Whatever
// the interpreter saw of the clock, of chance and of its files (when they were written, under which number, in which
// order they are listed) stays in that memory, so two builds would have two digests. Loaded before such a tool, this
// answers those questions always the same. It changes nothing that is read or written.
//
// Linux on x86-64. It is compiled with the kit and handed to the tools as LD_PRELOAD.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

// 2026-01-01, in seconds.
#define STILL 1767225600

// The one place from which the system is asked in earnest.
long still_ask(long number, long a, long b, long c, long d, long e, long f);
extern const char still_asked[];
__asm__(".text\n"
        ".globl still_ask\n.hidden still_ask\n.globl still_asked\n.hidden still_asked\n"
        ".type still_ask, @function\n"
        "still_ask:\n"
        "  mov %rdi, %rax\n  mov %rsi, %rdi\n  mov %rdx, %rsi\n  mov %rcx, %rdx\n"
        "  mov %r8, %r10\n  mov %r9, %r8\n  mov 8(%rsp), %r9\n  syscall\n"
        "still_asked:\n"
        "  ret\n");

static void drawn(void *to, size_t size) {
    unsigned char *bytes = to;
    for (size_t at = 0; at < size; at++) bytes[at] = (unsigned char)(at * 167 + 13);
}

// Entries of a directory in the order of their names, each under the same number; the places stay in their order.
#define ENTRIES_MAX 4096
struct entry {
    uint64_t number;
    int64_t place;
    uint16_t size;
    uint8_t kind;
    char name[];
};
static void sorted(char *bytes, long size) {
    // Not of each thread: a thread with a small stack could not be started then. One lists at a time.
    static char copy[1 << 16];
    static uint16_t at[ENTRIES_MAX];
    static int64_t places[ENTRIES_MAX];
    size_t count = 0;
    if (size <= 0 || (size_t)size > sizeof copy) return;
    memcpy(copy, bytes, (size_t)size);
    for (long next = 0; next < size && count < ENTRIES_MAX; count++) {
        struct entry *entry = (struct entry *)(copy + next);
        entry->number = 1;
        at[count] = (uint16_t)next;
        places[count] = entry->place;
        next += entry->size;
    }
    if (count == ENTRIES_MAX) return;
    for (size_t one = 1; one < count; one++) {
        for (size_t other = one; other > 0; other--) {
            struct entry *a = (struct entry *)(copy + at[other - 1]), *b = (struct entry *)(copy + at[other]);
            if (strcmp(a->name, b->name) <= 0) break;
            uint16_t kept = at[other];
            at[other] = at[other - 1];
            at[other - 1] = kept;
        }
    }
    for (size_t one = 0; one < count; one++) {
        struct entry *entry = (struct entry *)(copy + at[one]);
        uint16_t long_entry = entry->size;
        entry->place = places[one];
        memcpy(bytes, entry, long_entry);
        bytes += long_entry;
    }
}

static void listed(char *bytes, long size) {
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&taken)) {
    }
    sorted(bytes, size);
    atomic_flag_clear(&taken);
}

// The answer to a question to the system, with what differs from build to build made still.
static long answered(long number, long a, long b, long c, long d, long e, long f) {
    if (number == SYS_getrandom) {
        drawn((void *)a, (size_t)b);
        return b;
    }
    if (number == SYS_clock_gettime) {
        *(struct timespec *)b = (struct timespec){STILL, 0};
        return 0;
    }
    long said = still_ask(number, a, b, c, d, e, f);
    if (said < 0) return said;
    // Only the newest of these questions, which the tools ask; the loader of libraries asks others, and tells libraries
    // apart by their numbers.
    if (number == SYS_statx) {
        struct statx *seen = (struct statx *)e;
        struct statx_timestamp when = {.tv_sec = STILL};
        seen->stx_atime = seen->stx_btime = seen->stx_ctime = seen->stx_mtime = when;
        seen->stx_ino = 1;
        seen->stx_dev_major = 0;
        seen->stx_dev_minor = 1;
    }
    if (number == SYS_getdents64) listed((char *)b, said);
    return said;
}

static void asked(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info;
    greg_t *held = ((ucontext_t *)context)->uc_mcontext.gregs;
    held[REG_RAX] = answered(held[REG_RAX], held[REG_RDI], held[REG_RSI], held[REG_RDX], held[REG_R10], held[REG_R8],
                             held[REG_R9]);
}

// Most clocks are read without asking the system.
int clock_gettime(clockid_t clock, struct timespec *to) {
    (void)clock;
    *to = (struct timespec){STILL, 0};
    return 0;
}
int gettimeofday(struct timeval *restrict to, void *restrict zone) {
    (void)zone;
    *to = (struct timeval){STILL, 0};
    return 0;
}
time_t time(time_t *to) {
    if (to) *to = STILL;
    return STILL;
}
ssize_t getrandom(void *to, size_t size, unsigned flags) {
    (void)flags;
    drawn(to, size);
    return (ssize_t)size;
}
int getentropy(void *to, size_t size) {
    drawn(to, size);
    return 0;
}

__attribute__((constructor)) static void begin(void) {
    struct sigaction action = {.sa_sigaction = asked, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    if (sigaction(SIGSYS, &action, NULL)) return;
    uint64_t place = (uint64_t)(uintptr_t)still_asked;
#define LOAD(part) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(part))
#define TRAP_IF(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP)
    struct sock_filter rules[] = {
        LOAD(offsetof(struct seccomp_data, instruction_pointer)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)place, 0, 3),
        LOAD(offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(place >> 32), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        LOAD(offsetof(struct seccomp_data, nr)),
        TRAP_IF(SYS_getrandom),
        TRAP_IF(SYS_clock_gettime),
        TRAP_IF(SYS_statx),
        TRAP_IF(SYS_getdents64),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof rules / sizeof *rules, .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return;
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
