import Testing

@testable import HTTPServer

@Suite("Byte range")
struct FileSliceTests {
    @Test(
        "A single range is cut to the file, any other header asks for the whole",
        arguments: [
            ("bytes=0-0", .part(0..<1)), ("bytes=0-99", .part(0..<100)), ("bytes=90-1000", .part(90..<100)),
            ("bytes=50-", .part(50..<100)), ("bytes=-10", .part(90..<100)), ("bytes=-1000", .part(0..<100)),
            ("Bytes=1-2", .part(1..<3)), ("bytes=100-", .unsatisfiable), ("bytes=100-200", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=0-1,3-4", .whole), ("bytes=", .whole),
            ("bytes=-", .whole), ("bytes=a-b", .whole), ("lines=1-2", .whole), ("bytes=1-2x", .whole),
            ("bytes=+1-2", .whole), ("bytes=99999999999999999999-", .unsatisfiable),
            ("bytes=50-99999999999999999999", .part(50..<100)), ("bytes=-99999999999999999999", .part(0..<100)),
            ("bytes=0-9223372036854775807", .part(0..<100)), ("bytes=1-2-3", .whole), ("bytes 1-2", .whole),
        ] as [(String, ByteRange)])
    func resolves(header: String, expected: ByteRange) {
        #expect(ByteRange.resolve(header, size: 100) == expected)
    }

    @Test("Nothing of an empty file can be had by range")
    func empty() {
        #expect(ByteRange.resolve("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange.resolve("bytes=-1", size: 0) == .unsatisfiable)
    }

    @Test("A folder, a link and what is not there are no files")
    func notFiles() {
        #expect(OpenFile(path: "/") == nil)
        #expect(OpenFile(path: "/proc/self/exe") == nil)
        #expect(OpenFile(path: "/nowhere/to/be/found") == nil)
    }
}
