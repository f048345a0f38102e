/// A media playlist that came with an asset, read for the files that it names.
///
/// Only tags that a finished film of fragmented MP4 needs are allowed (RFC 8216 §4.3). A tag that is not known here could
/// name a file that no gate has heard of, or move the time line from under the subtitles, so it is refused.
struct StoredPlaylist: Sendable, Equatable {
    static let bytesMax = 4 * 1024 * 1024
    static let segmentsMax = 50_000

    /// As the playlist names them, in order.
    private(set) var initialisations: [String] = []
    private(set) var segments: [String] = []
    private(set) var durationMicroseconds: Int64 = 0

    private static let plainTags: Set<String> = [
        "#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-INDEPENDENT-SEGMENTS",
    ]

    init(_ bytes: [UInt8], file: String) throws(AssetError) {
        guard bytes.count <= Self.bytesMax else {
            throw AssetError(file: file, reason: "the playlist is larger than \(Self.bytesMax) bytes")
        }
        var isEnded = false
        var pending: Int64?
        var lineNumber = 0
        for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            lineNumber += 1
            func refusal(_ reason: String) -> AssetError { AssetError(file: file, line: lineNumber, reason: reason) }
            let bytes = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
            guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { throw refusal("only ASCII is expected here") }
            let line = String(decoding: bytes, as: UTF8.self)
            if lineNumber == 1 {
                guard line == "#EXTM3U" else { throw refusal("a playlist begins with #EXTM3U") }
            } else if line.isEmpty || (line.hasPrefix("#") && !line.hasPrefix("#EXT")) {
                continue
            } else if isEnded {
                throw refusal("something follows #EXT-X-ENDLIST")
            } else if line == "#EXT-X-ENDLIST" {
                isEnded = true
            } else if line.hasPrefix("#EXT") {
                guard try readTag(line, pending: &pending) else { throw refusal("a tag that is not expected here") }
            } else {
                guard let duration = pending else { throw refusal("a segment without #EXTINF") }
                guard segments.count < Self.segmentsMax else { throw refusal("more than \(Self.segmentsMax) segments") }
                guard !initialisations.isEmpty else { throw refusal("a segment without #EXT-X-MAP before it") }
                segments.append(line)
                durationMicroseconds += duration
                pending = nil
            }
        }
        guard isEnded, pending == nil else {
            throw AssetError(file: file, line: lineNumber, reason: "the playlist is cut off: #EXT-X-ENDLIST is missing")
        }
        guard !segments.isEmpty else { throw AssetError(file: file, reason: "the playlist has no segment") }
    }

    /// false: not a tag we know, or not with this value.
    private mutating func readTag(_ line: String, pending: inout Int64?) throws(AssetError) -> Bool {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "#EXTINF":
            guard pending == nil, let duration = Self.microseconds(value) else { return false }
            pending = duration
            return true
        case "#EXT-X-MAP":
            // Nothing but a URI: a BYTERANGE would serve parts of a file that is not named otherwise.
            guard value.hasPrefix("URI=\""), value.hasSuffix("\""), value.utf8.count > 6 else { return false }
            let uri = String(value.dropFirst(5).dropLast())
            guard !uri.contains("\"") else { return false }
            initialisations.append(uri)
            return true
        case "#EXT-X-PLAYLIST-TYPE":
            return value == "VOD"
        default:
            return Self.plainTags.contains(parts[0])
        }
    }

    /// `4.010667,title` as microseconds: more than none, at most an hour.
    private static func microseconds(_ value: String) -> Int64? {
        let number = value.utf8.prefix { $0 != UInt8(ascii: ",") }
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...4).contains(parts[0].count),
            parts.allSatisfy({ $0.allSatisfy(isDigit) })
        else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1].prefix(6)) : []
        let digits = Array(parts[0]) + fraction + Array(repeating: UInt8(ascii: "0"), count: 6 - fraction.count)
        let microseconds = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return (1...3_600_000_000).contains(microseconds) ? microseconds : nil
    }
}
