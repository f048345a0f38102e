// The least that can answer a film page: libmicrohttpd on one thread with epoll, and the same bytes for everybody.
//
//   page-server HEADERS BODY
//
// HEADERS holds a line each, "Name: value"; what libmicrohttpd writes by itself (Date, Content-Length) is not in it.
// Prints the port that it listens on.
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_BYTES_MAX = 1 << 20, LINE_BYTES_MAX = 1024 };

static enum MHD_Result answer(void *page, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *dataBytes, void **request) {
    (void)url, (void)version, (void)data, (void)dataBytes;
    static int seen;
    if (!*request) { // the head has come; answer when the request is whole
        *request = &seen;
        return MHD_YES;
    }
    if (strcmp(method, "GET")) return MHD_NO;
    return MHD_queue_response(connection, 200, page);
}

static struct MHD_Response *readPage(const char *headers, const char *body) {
    static char bytes[BODY_BYTES_MAX], line[LINE_BYTES_MAX];
    FILE *file = fopen(body, "rb");
    if (!file) return NULL;
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct MHD_Response *page = MHD_create_response_from_buffer(count, bytes, MHD_RESPMEM_PERSISTENT);
    if (!page || !(file = fopen(headers, "r"))) return NULL;
    while (fgets(line, sizeof line, file)) {
        char *value = strstr(line, ": ");
        line[strcspn(line, "\r\n")] = 0;
        if (!value) continue;
        *value = 0;
        if (MHD_add_response_header(page, line, value + 2) != MHD_YES) return NULL;
    }
    fclose(file);
    return page;
}

int main(int count, char **arguments) {
    struct MHD_Response *page = count == 3 ? readPage(arguments[1], arguments[2]) : NULL;
    if (!page) return fprintf(stderr, "usage: page-server HEADERS BODY\n"), 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, page,
                                                 MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    if (!daemon) return fprintf(stderr, "page-server cannot listen.\n"), 1;
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    pause();
}
