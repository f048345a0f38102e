import FilmClubModel
import Glibc
import JSON
import Reactor
import Testing

@testable import ServiceShell

@Suite("Log")
struct LogTests {
    private let recorder = LogRecorder()
    private static let instant = Instant(clamping: 1_790_000_000_123_456)

    private func log(_ level: LogLevel = .info, _ fields: LogFields = [:]) -> Log {
        Log(to: recorder, level: level, fields: fields, now: { Self.instant })
    }

    @Test("A line is one JSON object: time, level, event, fields")
    func shape() throws {
        log(.info, ["service": "test"]).info(
            "order.placed",
            [
                .requestID: .text("r-1"), "films": .count(5), "ratio": .number(0.5), "paid": false,
                .duration: .milliseconds(.microseconds(1_500)), "names": .texts(["a", "b"]), "nothing": .number(.nan),
            ])
        #expect(
            recorder.lines == [
                #"{"ts":"\#(Self.instant)","level":"info","event":"order.placed","service":"test","request_id":"r-1","#
                    + #""films":5,"ratio":0.5,"paid":false,"duration_ms":1.5,"names":["a","b"],"nothing":null}"#
            ])
    }

    @Test("Whatever stands in a field, the line stays one line of valid JSON")
    func escaping() throws {
        log().info("x", ["text": .text("line\nfeed \"quote\" \u{0} \u{2028} Almodóvar"), "again": "ok"])
        let line = try #require(recorder.lines.first)
        #expect(!line.contains("\n"))
        #expect(line.contains("Almodóvar"))
        #expect(line.hasSuffix(#","again":"ok"}"#))
    }

    @Test("A field written again replaces the context's, so that no key stands twice")
    func replacement() {
        log(.info, ["a": 1, "b": 2]).with(["b": 3]).info("x", ["a": 4, "c": 5])
        #expect(recorder.lines[0].hasSuffix(#""event":"x","a":4,"b":3,"c":5}"#))
    }

    @Test("Below the level nothing is written")
    func levels() {
        let log = log(.warning)
        log.debug("a")
        log.info("b")
        log.warning("c")
        log.error("d")
        #expect(recorder.lines.count == 2)
        #expect(recorder.lines(of: "d").count == 1)
    }

    @Test("Persons, titles and secrets by name are struck out, whoever writes them")
    func forbiddenFields() {
        for field: LogField in ["email", "subject", "title", "viewer", "authorization", "password", "token"] {
            log().info("x", [field: .text("hunter2")])
        }
        #expect(recorder.lines.count == 7)
        #expect(recorder.lines.allSatisfy { !$0.contains("hunter2") && $0.contains("•••") })
    }

    @Test(
        "Secrets in text are struck out",
        arguments: [
            ("GET /v1/play/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-_/master.m3u8", "GET /v1/play/•••/master.m3u8"),
            ("two eyJh.b.c and eyJi.d.e", "two ••• and •••"),
            ("the word eyJustice has no point", "the word eyJustice has no point"),
            ("postgresql://u:p@ss@db:5432/films?x=1", "postgresql://•••@db:5432/films?x=1"),
            ("http://a/b@c and https://d:e@f", "http://a/b@c and https://•••@f"),
            ("host=db password=hunter2 user=x", "host=db password=••• user=x"),
            ("host=db password='two words' user=x", "host=db password=••• user=x"),
            ("", ""), ("ey", "ey"), ("password=", "password=•••"),
        ])
    func redaction(text: String, clean: String) {
        #expect(LogRedaction.clean(text) == clean)
    }

    @Test("Text is kept within its bound")
    func bound() {
        let clean = LogRedaction.clean(String(repeating: "é", count: 10_000))
        #expect(clean.count == LogRedaction.textCharactersMax + 1)
        #expect(clean.hasSuffix("é…"))
    }

    @Test("Lines of several threads come out whole and in each thread's order")
    func writer() async throws {
        let pipe = try Pipe()
        let writer = try LogWriter(descriptor: pipe.writeEnd, bufferBytesMax: 1 << 20, now: { Self.instant })
        let log = Log(to: writer, now: { Self.instant })
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for index in 0..<100 { log.info("x", ["task": .count(task), "index": .count(index)]) }
                }
            }
        }
        writer.flush()
        let lines = pipe.readAvailable().split(separator: "\n")
        #expect(lines.count == 400)
        for task in 0..<4 {
            let own = lines.filter { $0.contains("\"task\":\(task),") }
            #expect(own.enumerated().allSatisfy { $1.hasSuffix("\"index\":\($0)}") })
        }
    }

    @Test("A reader that stands still stops nobody; what found no room is counted")
    func slowReader() throws {
        let pipe = try Pipe()
        let writer = try LogWriter(descriptor: pipe.writeEnd, bufferBytesMax: 4_096, now: { Self.instant })
        let log = Log(to: writer, now: { Self.instant })
        // Far more than pipe and buffer hold; were `accept` to wait for the reader, this would never end.
        let count = 20_000
        for index in 0..<count { log.info("x", ["index": .count(index)]) }
        log.info("last")
        var text = ""
        let deadline = ContinuousClock.now + .seconds(180)
        while !text.contains("log.dropped"), ContinuousClock.now < deadline { text += pipe.readAvailable() }
        let written = text.split(separator: "\n").filter { $0.contains("\"event\":\"x\"") }.count
        #expect(written < count)
        #expect(text.contains(#""level":"warning","event":"log.dropped","lines":"#))
        // Let the writer's thread go to sleep before the pipe goes.
        while writer.isBusy, ContinuousClock.now < deadline { _ = pipe.readAvailable() }
    }

    /// Both ends are closed at the end; the read end never waits.
    final class Pipe {
        let readEnd: Int32
        let writeEnd: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (readEnd, writeEnd) = (ends[0], ends[1])
            try #require(fcntl(readEnd, F_SETFL, O_NONBLOCK) == 0)
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        func readAvailable() -> String {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(readEnd, &chunk, chunk.count)
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += chunk[..<count]
            }
        }
    }
}
