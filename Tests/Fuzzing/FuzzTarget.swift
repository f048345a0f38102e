/// One reader of outside bytes, with what must hold for whatever it is given.
public struct FuzzTarget: Sendable, CustomStringConvertible {
    public let name: String
    public var description: String { name }
    /// How many of a thousand inputs of a whole run are for this target: quick readers get more.
    public let share: Int
    /// What is mutated at first.
    let seeds: [[UInt8]]
    /// What its grammar is made of; mutations put them in.
    let words: [[UInt8]]
    /// Makes an input that is well formed, or nearly.
    let make: (@Sendable (inout FuzzRandom) -> [UInt8])?
    /// Reads the input, checks what must hold, and says what became of it: `accepted…`, or why it was refused.
    let check: @Sendable ([UInt8]) throws(FuzzFailure) -> String

    init(
        _ name: String, share: Int, seeds: [String], words: [String] = [],
        make: (@Sendable (inout FuzzRandom) -> [UInt8])? = nil,
        check: @escaping @Sendable ([UInt8]) throws(FuzzFailure) -> String
    ) {
        self.name = name
        self.share = share
        self.seeds = seeds.map { Array($0.utf8) }
        self.words = (words + Self.commonWords).map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xED, 0xA0, 0x80]]
        self.make = make
        self.check = check
    }

    private static let commonWords = [
        "", " ", "\n", "\r\n", "\t", "0", "-1", "9223372036854775807", "9223372036854775808", "1e309", "%00", "%2e",
        "%2F", "..", "//", "\u{0301}", "\u{FEFF}", "\u{212A}", "\u{1F3AC}", ".", "/", "\\", "\"", "'", ":", ",", "=",
    ]

    public static let all: [FuzzTarget] =
        JSONTargets.all + TokenTargets.all + SubtitleTargets.all + AssetTargets.all + ValueTargets.all
        + HTTPTargets.all

    /// Checks one input, as the crash corpus does.
    public func check(input: [UInt8]) throws(FuzzFailure) -> String { try check(input) }
}

/// A promise that an input has broken.
public struct FuzzFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Ends the check of an input unless the promise holds.
func promise(_ holds: Bool, _ sentence: @autoclosure () -> String) throws(FuzzFailure) {
    guard holds else { throw FuzzFailure(sentence()) }
}
