// A lean HTTP/1.1 load generator: one thread, epoll, every answer checked, every answer counted.
//
//   load PORT SECONDS RATE TEMPLATE...
//
// One connection a template, always open, one request at a time on each. A template is a whole request; wherever it
// holds MARK a new random UUID is put in, another one at each place and each time. RATE 0 is a closed loop: each
// connection asks again as soon as it is answered. A RATE above 0 is an open loop: requests fall due at that many a
// second whatever the answers do, and a request's time counts from when it was due, not from when a connection was
// free for it (Tene: "coordinated omission").
//
// Prints one JSON object. An answer other than 201 is counted as wrong, and the first one is shown on standard error.
// No request is begun after SECONDS; those begun are waited for, and the time runs until the last answer.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static const char MARK[] = "@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@";
enum { MARK_BYTES = sizeof MARK - 1, MARKS_MAX = 4, CLIENTS_MAX = 512, ANSWER_BYTES_MAX = 65536 };
enum { TIMES_MAX = 4 << 20 };

typedef struct {
    int fd;
    char *request;
    size_t requestBytes;
    size_t marks[MARKS_MAX];
    int markCount;
    char answer[ANSWER_BYTES_MAX + 1];
    size_t answerBytes;
    double due;
    int busy;
} Client;

static Client clients[CLIENTS_MAX];
static int clientCount;
static uint32_t times[TIMES_MAX]; // microseconds
static size_t timeCount;
static size_t answers, wrong;
static uint64_t randomState[2];

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

// xorshift128+ (Vigna); ids need be different, not secret.
static uint64_t randomBits(void) {
    uint64_t a = randomState[0], b = randomState[1];
    randomState[0] = b;
    a ^= a << 23;
    randomState[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
    return randomState[1] + b;
}

static void writeUUID(char *text) {
    static const char digits[] = "0123456789abcdef";
    uint64_t bits[2] = {randomBits(), randomBits()};
    for (int at = 0, nibble = 0; at < MARK_BYTES; at++) {
        if (MARK[at] == '-') continue;
        text[at] = digits[(bits[nibble >> 4] >> ((nibble & 15) * 4)) & 15];
        nibble++;
    }
    text[14] = '4'; // version and variant of a random UUID (RFC 9562)
    text[19] = '8';
}

static void readTemplate(Client *client, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("%s cannot be read.", path);
    client->request = calloc(1, ANSWER_BYTES_MAX);
    client->requestBytes = fread(client->request, 1, ANSWER_BYTES_MAX - 1, file);
    fclose(file);
    for (char *at = client->request; (at = strstr(at, MARK)); at += MARK_BYTES) {
        if (client->markCount == MARKS_MAX) fail("%s has more than %d marks.", path, MARKS_MAX);
        client->marks[client->markCount++] = (size_t)(at - client->request);
    }
}

static void connectTo(Client *client, int port, int epoll) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address)) fail("Port %d does not answer.", port);
    int yes = 1;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event)) fail("epoll_ctl failed: %s", strerror(errno));
}

static void ask(Client *client, double due) {
    for (int mark = 0; mark < client->markCount; mark++) writeUUID(client->request + client->marks[mark]);
    client->busy = 1;
    client->due = due;
    client->answerBytes = 0;
    ssize_t written = write(client->fd, client->request, client->requestBytes);
    if (written != (ssize_t)client->requestBytes) fail("A request could not be written at once: %s", strerror(errno));
}

// The bytes that the answer has in all once its head is complete, else 0.
static size_t answerLength(Client *client) {
    char *end = strstr(client->answer, "\r\n\r\n");
    if (!end) return 0;
    char *length = strcasestr(client->answer, "\r\nContent-Length:");
    if (!length || length > end) fail("An answer has no Content-Length: %s", client->answer);
    return (size_t)(end + 4 - client->answer) + strtoul(length + 17, NULL, 10);
}

// Takes what has come; 1 if the answer is complete.
static int take(Client *client) {
    ssize_t got = read(client->fd, client->answer + client->answerBytes, ANSWER_BYTES_MAX - client->answerBytes);
    if (got == 0) fail("The server closed a connection.");
    if (got < 0) {
        if (errno == EAGAIN) return 0;
        fail("Reading failed: %s", strerror(errno));
    }
    client->answerBytes += (size_t)got;
    client->answer[client->answerBytes] = 0;
    size_t length = answerLength(client);
    if (!length || client->answerBytes < length) return 0;
    if (client->answerBytes > length) fail("More came than was asked for.");
    answers++;
    if (strncmp(client->answer, "HTTP/1.1 201", 12) && ++wrong == 1) fprintf(stderr, "%s\n", client->answer);
    if (timeCount < TIMES_MAX) times[timeCount++] = (uint32_t)((now() - client->due) * 1e6);
    client->busy = 0;
    return 1;
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double percentile(double share) {
    if (!timeCount) return 0;
    size_t at = (size_t)(share * timeCount);
    return times[at < timeCount ? at : timeCount - 1] / 1e3;
}

static Client *freeClient(void) {
    for (int index = 0; index < clientCount; index++)
        if (!clients[index].busy) return &clients[index];
    return NULL;
}

// Waits for answers, at most until `wake`; in a closed loop each answered client asks again until `end`.
static int waitForAnswers(int epoll, double wake, double end, int isClosed) {
    struct epoll_event events[CLIENTS_MAX];
    double wait = wake - now();
    if (wait < 0) wait = 0;
    struct timespec limit = {(time_t)wait, (long)((wait - (time_t)wait) * 1e9)};
    int count = epoll_pwait2(epoll, events, CLIENTS_MAX, &limit, NULL);
    int done = 0;
    for (int index = 0; index < count; index++) {
        Client *client = events[index].data.ptr;
        if (!take(client)) continue;
        double time = now();
        if (isClosed && time < end) ask(client, time);
        else done++;
    }
    return done;
}

int main(int count, char **arguments) {
    if (count < 5) fail("usage: load PORT SECONDS RATE TEMPLATE...");
    double seconds = atof(arguments[2]), rate = atof(arguments[3]);
    if (getrandom(randomState, sizeof randomState, 0) != sizeof randomState) fail("There is no randomness.");
    int epoll = epoll_create1(0);
    for (int index = 4; index < count && clientCount < CLIENTS_MAX; index++) {
        readTemplate(&clients[clientCount], arguments[index]);
        connectTo(&clients[clientCount++], atoi(arguments[1]), epoll);
    }
    double begin = now(), end = begin + seconds, giveUp = end + 30;
    int busy = 0;
    size_t asked = 0;
    if (rate == 0)
        for (; busy < clientCount; busy++) ask(&clients[busy], now());
    while (busy || (rate > 0 && now() < end)) {
        double due = begin + asked / (rate > 0 ? rate : 1);
        if (rate > 0 && due < end && due <= now()) {
            Client *client = freeClient();
            if (client) {
                ask(client, due);
                asked++;
                busy++;
                continue;
            }
        }
        double next = due < end ? due : end;
        double wake = rate > 0 && busy < clientCount ? next : giveUp;
        busy -= waitForAnswers(epoll, wake, end, rate == 0);
        if (now() > giveUp) fail("%d requests had no answer after 30 s.", busy);
    }
    double took = now() - begin;
    qsort(times, timeCount, sizeof *times, compare);
    printf("{\"answers\": %zu, \"wrong\": %zu, \"seconds\": %.4f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           answers, wrong, took, percentile(.5), percentile(.99), percentile(1));
    return wrong ? 1 : 0;
}
