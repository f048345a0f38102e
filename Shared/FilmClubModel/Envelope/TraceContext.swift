/// A place in a distributed trace: W3C Trace Context, `traceparent`, version 00.
public struct TraceContext: Hashable, Sendable {
    private let traceHigh: UInt64
    private let traceLow: UInt64
    private let span: UInt64
    public let flags: UInt8

    private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.flags = flags
    }

    /// Reads a `traceparent` header: lower-case hexadecimal, no id of zeros, not version ff. Of a later version the
    /// parts that version 00 knows are read (§4.3 of the specification).
    public init(_ traceparent: String) throws(InvalidValue) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = Hex.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == 0x2D,
            let traceHigh = Hex.number(bytes[3..<19]), let traceLow = Hex.number(bytes[19..<35]),
            traceHigh != 0 || traceLow != 0,
            let span = Hex.number(bytes[36..<52]), span != 0,
            let flags = Hex.number(bytes[53..<55])
        else { throw InvalidValue("\(InvalidValue.quoted(traceparent)) is no traceparent of W3C Trace Context.") }
        self.init(traceHigh: traceHigh, traceLow: traceLow, span: span, flags: UInt8(truncatingIfNeeded: flags))
    }

    /// Begins a new trace, sampled.
    public static func root() -> TraceContext {
        var random = SystemRandom()
        return root(using: &random)
    }

    /// - Parameter sampledShare: of the traces that begin so, from 0 to 1; decided by the trace id, so that whoever
    ///   decides by the same share decides alike.
    public static func root(
        sampledShare: Double = 1, using random: inout some RandomNumberGenerator
    ) -> TraceContext {
        let low = nonZero(&random)
        let isSampled = sampledShare >= 1 || Double(low) < sampledShare * Double(UInt64.max)
        return TraceContext(
            traceHigh: random.next(), traceLow: low, span: nonZero(&random), flags: isSampled ? 1 : 0)
    }

    /// The next step within the same trace.
    public func child() -> TraceContext {
        var random = SystemRandom()
        return child(using: &random)
    }

    public func child(using random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, span: Self.nonZero(&random), flags: flags)
    }

    public var isSampled: Bool { flags & 1 == 1 }

    /// 32 hexadecimal digits: the same in every step.
    public var traceID: String {
        var text: [UInt8] = []
        Hex.append(traceHigh, digits: 16, to: &text)
        Hex.append(traceLow, digits: 16, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// 16 hexadecimal digits: this step.
    public var spanID: String {
        var text: [UInt8] = []
        Hex.append(span, digits: 16, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The header's value.
    public var traceparent: String { String(decoding: traceparentBytes, as: UTF8.self) }

    var traceparentBytes: [UInt8] {
        var text = Array("00-".utf8)
        text.reserveCapacity(55)
        Hex.append(traceHigh, digits: 16, to: &text)
        Hex.append(traceLow, digits: 16, to: &text)
        text.append(0x2D)
        Hex.append(span, digits: 16, to: &text)
        text.append(0x2D)
        Hex.append(UInt64(flags), digits: 2, to: &text)
        return text
    }

    private static func nonZero(_ random: inout some RandomNumberGenerator) -> UInt64 {
        while true {
            let number: UInt64 = random.next()
            if number != 0 { return number }
        }
    }
}
