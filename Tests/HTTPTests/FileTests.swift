import Glibc
import HTTPClient
import HTTPServer
import TestSupport
import Testing

@Suite("Files")
struct FileTests {
    /// A file of a test's own, with bytes that tell their place.
    private struct Film {
        let path: String
        let bytes: [UInt8]

        init() throws {
            bytes = (0..<100_000).map { UInt8($0 % 251) }
            var template = Array("/tmp/filmclub-http-XXXXXX".utf8CString)
            let descriptor = mkstemp(&template)
            path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
            try #require(written == bytes.count)
        }
    }

    private func run(_ body: (TestServer, Film) async throws -> Void) async throws {
        let film = try Film()
        defer { unlink(film.path) }
        try await TestServer.run { router in
            router.get("/film") { request in
                guard let file = OpenFile(path: film.path) else { throw Problem.notFound() }
                return try .file(file, for: request, mediaType: "video/mp4")
            }
            router.get("/unsent") { request in
                guard let file = OpenFile(path: film.path) else { throw Problem.notFound() }
                _ = try Response.file(file, for: request, mediaType: "video/mp4")
                throw Problem(status: 410, "gone", title: "Gone")
            }
        } _: { server in
            try await body(server, film)
        }
    }

    @Test("A file arrives whole, byte for byte")
    func whole() async throws {
        try await run { server, film in
            let response = try await server.get("/film")
            #expect(response.status == 200)
            #expect(response.body == film.bytes)
            #expect(response.headers["Content-Type"] == "video/mp4")
            #expect(response.headers["Accept-Ranges"] == "bytes")
        }
    }

    @Test("An empty file is an empty answer")
    func empty() async throws {
        try await TestServer.run { router in
            router.get("/") { request in
                guard let file = OpenFile(path: "/proc/self/attr/current") ?? OpenFile(path: "/proc/self/environ")
                else { throw Problem.notFound() }
                return try .file(file, for: request, mediaType: "text/plain")
            }
        } _: { server in
            // The kernel says that these have no bytes.
            let response = try await server.get("/")
            #expect(response.status == 200)
            #expect(response.body.isEmpty)
        }
    }

    @Test("A range arrives as 206, one outside the file as 416, several are ignored")
    func ranges() async throws {
        try await run { server, film in
            let part = try await server.get("/film", headers: ["Range": "bytes=1000-1999"])
            #expect(part.status == 206)
            #expect(part.body == Array(film.bytes[1000..<2000]))
            #expect(part.headers["Content-Range"] == "bytes 1000-1999/100000")
            let end = try await server.get("/film", headers: ["Range": "bytes=-7"])
            #expect(end.body == Array(film.bytes.suffix(7)))
            let outside = try await server.get("/film", headers: ["Range": "bytes=100000-"])
            #expect(outside.status == 416)
            #expect(outside.headers["Content-Range"] == "bytes */100000")
            #expect(outside.headers["Content-Type"] == "application/problem+json")
            let several = try await server.get("/film", headers: ["Range": "bytes=0-1,5-6"])
            #expect(several.status == 200)
            #expect(several.body == film.bytes)
        }
    }

    @Test("HEAD tells the length; what the client has already is not sent again")
    func headAndConditional() async throws {
        try await run { server, film in
            let head = try await server.send("HEAD", "/film")
            #expect(head.headers["Content-Length"] == "100000")
            #expect(head.body.isEmpty)
            let tag = try #require(head.headers["ETag"])
            let known = try await server.get("/film", headers: ["If-None-Match": tag])
            #expect(known.status == 304)
            #expect(known.headers["ETag"] == tag)
            let same = try await server.get("/film", headers: ["Range": "bytes=0-9", "If-Range": tag])
            #expect(same.status == 206)
            let other = try await server.get("/film", headers: ["Range": "bytes=0-9", "If-Range": "\"other\""])
            #expect(other.status == 200)
            #expect(other.body.count == film.bytes.count)
        }
    }

    @Test("Dates and other conditions hold for files too, and a range only of the file that is meant")
    func conditions() async throws {
        try await run { server, film in
            let whole = try await server.get("/film")
            let tag = try #require(whole.headers["ETag"])
            let modified = try #require(whole.headers["Last-Modified"])
            #expect(modified.hasSuffix(" GMT"))
            for (headers, status) in [
                (["If-Modified-Since": modified], 304), (["If-Match": tag], 200), (["If-Match": "\"other\""], 412),
                (["If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], 412),
                (["If-Match": "\"other\"", "Range": "bytes=0-9"], 412),
                (["If-None-Match": tag, "Range": "bytes=0-9"], 304),
                (["If-Match": tag, "Range": "bytes=0-9"], 206),
                (["If-Range": "W/" + tag, "Range": "bytes=0-9"], 200),
                (["If-Range": modified, "Range": "bytes=0-9"], 200),
                (["If-Range": tag, "Range": "bytes=200000-"], 416),
                (["If-Range": "\"other\"", "Range": "bytes=200000-"], 200),
                (["Range": "bytes=99999999999999999999-"], 416),
            ] as [(KeyValuePairs<String, String>, Int)] {
                let response = try await server.get("/film", headers: headers)
                #expect(response.status == status, "\(headers)")
            }
            let head = try await server.send("HEAD", "/film", headers: ["Range": "bytes=0-9"])
            #expect(head.status == 200)
            #expect(head.headers["Content-Length"] == "100000")
        }
    }

    @Test("A file leaves no descriptor open, sent or not")
    func descriptors() async throws {
        try await run { server, film in
            for _ in 0..<50 {
                _ = try await server.get("/film")
                _ = try await server.send("HEAD", "/film")
                _ = try await server.get("/film", headers: ["If-None-Match": "*"])
                _ = try await server.get("/unsent")
            }
            try await eventually("no descriptor of this file is open") {
                (0..<1_024).allSatisfy { descriptor in target(of: descriptor) != film.path }
            }
        }
    }

    /// The path that a descriptor of this process leads to.
    private func target(of descriptor: Int) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let length = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1)
        return length > 0 ? String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
