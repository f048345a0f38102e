// GNU libmicrohttpd. Its start and its questions are variadic, so Swift sees them through these.
#pragma once
#include <malloc.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

/// Receives one line of the library's log, without its newline.
typedef void (*cmh_log_callback)(void *context, const char *line);

/// Everything a daemon is started with. `context` goes to each callback as its first argument.
struct cmh_configuration {
    void *context;
    MHD_AccessHandlerCallback access;
    void *(*target)(void *context, const char *rawTarget, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    cmh_log_callback log;
    int listenSocket;
    unsigned int connectionsMax;
    unsigned int connectionsPerAddressMax;
    unsigned int inactivitySecondsMax;
    size_t connectionMemoryBytesMax;
};

/// The library hands its logger a va_list, which is best turned into text on this side.
static inline void cmh_log(void *configuration, const char *format, va_list arguments) {
    const struct cmh_configuration *c = (const struct cmh_configuration *)configuration;
    char line[512];
    int length = vsnprintf(line, sizeof line, format, arguments);
    if (length >= (int)sizeof line) length = (int)sizeof line - 1;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == ' ')) line[--length] = 0;
    if (length > 0) c->log(c->context, line);
}

#define CMH_DISCIPLINE_SINCE 0x00097701

/// Whether the library itself refuses bare LF, folding and NUL in a value (from 0.9.77 on).
static inline int cmh_is_strict(void) { return MHD_VERSION >= CMH_DISCIPLINE_SINCE; }

/// Starts a daemon without a thread of its own. `c` must outlive it: the logger reads it.
static inline struct MHD_Daemon *cmh_start(struct cmh_configuration *c) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, c->access, c->context,
        // First, so that what goes wrong at the start is heard as well.
        MHD_OPTION_EXTERNAL_LOGGER, cmh_log, c,
        MHD_OPTION_LISTEN_SOCKET, c->listenSocket,
        MHD_OPTION_URI_LOG_CALLBACK, c->target, c->context,
        MHD_OPTION_NOTIFY_COMPLETED, c->completed, c->context,
        MHD_OPTION_NOTIFY_CONNECTION, c->connection, c->context,
        MHD_OPTION_CONNECTION_LIMIT, c->connectionsMax,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->connectionsPerAddressMax,
        MHD_OPTION_CONNECTION_TIMEOUT, c->inactivitySecondsMax,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, c->connectionMemoryBytesMax,
        // SIGPIPE is ignored by the process; without this word the library would not use sendfile.
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
#if MHD_VERSION >= CMH_DISCIPLINE_SINCE
        MHD_OPTION_CLIENT_DISCIPLINE_LVL, 3,
#endif
        MHD_OPTION_END);
}

static inline int cmh_epoll_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

static inline int cmh_connection_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static inline const struct sockaddr *cmh_client_address(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

static inline void *cmh_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/// The status of the answer that is queued, the library's own refusals included; 0 where there is none.
static inline unsigned int cmh_status(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    return info ? info->http_status : 0;
}

/// Milliseconds until the daemon must run again, 0 for at once, -1 for no deadline.
static inline int64_t cmh_timeout_milliseconds(struct MHD_Daemon *daemon) {
    MHD_UNSIGNED_LONG_LONG milliseconds;
    if (MHD_get_timeout(daemon, &milliseconds) != MHD_YES) return -1;
    return milliseconds > INT32_MAX ? INT32_MAX : (int64_t)milliseconds;
}

/// A response that holds a copy of `bytes`.
static inline struct MHD_Response *cmh_response_from_bytes(const void *bytes, size_t count) {
    return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

// What a content reader answers beside a count; the library's own macros have casts, which Swift does not see through.
enum { CMH_END_OF_STREAM = -1, CMH_END_WITH_ERROR = -2 };

/// A response of unknown length that `fill` makes as it goes out.
static inline struct MHD_Response *cmh_response_from_callback(
    size_t blockBytes, MHD_ContentReaderCallback fill, void *context, MHD_ContentReaderFreeCallback done) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, blockBytes, fill, context, done);
}

/// Gives the kernel back what the C heap keeps of closed connections.
static inline void cmh_give_back_memory(void) { malloc_trim(0); }
