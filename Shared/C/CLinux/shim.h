// Linux system calls that the Glibc module does not declare.
#pragma once
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

/// One readiness report: the descriptor's registration number and the EPOLL… bits.
/// `struct epoll_event` is packed on x86-64 and carries a union; this is what Swift sees of it.
struct cl_ready {
    uint64_t token;
    uint32_t events;
};

static inline int cl_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

enum { CL_READY_MAX = 256 };

/// Fills `ready` (at least CL_READY_MAX long) and returns how many, or -1 with errno.
static inline int cl_epoll_wait(int epoll, struct cl_ready *ready, int timeoutMilliseconds) {
    struct epoll_event events[CL_READY_MAX];
    int count = epoll_wait(epoll, events, CL_READY_MAX, timeoutMilliseconds);
    for (int i = 0; i < count; i++) {
        ready[i].token = events[i].data.u64;
        ready[i].events = events[i].events;
    }
    return count;
}

static inline int cl_errno(void) { return errno; }

/// Names the calling thread, at most 15 bytes, for top and gdb.
static inline void cl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0L, 0L, 0L); }
