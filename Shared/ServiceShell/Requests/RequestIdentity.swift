public import FilmClubModel
public import HTTPServer
internal import Reactor

/// What ties everything one request causes together: its id, and its place in a distributed trace.
public struct RequestIdentity: Sendable, Equatable {
    /// The caller's `X-Request-Id` if it was sane, else one of ours; the answer carries it back.
    public let id: String
    /// A child of the caller's `traceparent`, else the root of a new trace. Events that the request causes carry it on.
    public let trace: TraceContext
    /// The caller's own place in the trace; nil where the request began it.
    public let parent: TraceContext?

    init(id: String, trace: TraceContext, parent: TraceContext? = nil) {
        self.id = id
        self.trace = trace
        self.parent = parent
    }

    /// Longer ids are replaced, like those with characters that a header, a log or a shell could trip over.
    static let idBytesMax = 64

    static func isSane(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= idBytesMax
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// As log fields.
    public var fields: LogFields { [.requestID: .text(id), .traceID: .text(trace.traceID)] }
}

private enum RequestIdentityKey: RequestKey { typealias Value = RequestIdentity }

extension Request {
    /// Set by `RequestLog`; a request that did not come through it has an identity of its own making.
    public var identity: RequestIdentity {
        get { self[RequestIdentityKey.self] ?? RequestIdentity(id: "none", trace: .root()) }
        set { self[RequestIdentityKey.self] = newValue }
    }

    /// `log` with this request's ids on every line.
    public func log(_ log: Log) -> Log { log.with(identity.fields) }
}

/// Makes identities. Their bits need not be secret, only different: one seeded generator, no system call a request.
final class IdentitySource: Sendable {
    private let random: Lock<SplitMix64>
    private let sampledShare: Double

    init(sampledShare: Double, seed: UInt64 = .random(in: .min ... .max)) {
        self.sampledShare = sampledShare
        random = Lock(SplitMix64(state: seed))
    }

    func identity(requestID: String?, traceparent: String?) -> RequestIdentity {
        let parent = traceparent.flatMap { try? TraceContext($0) }
        return random.withLock { random in
            let trace = parent?.child(using: &random) ?? .root(sampledShare: sampledShare, using: &random)
            let id = requestID.flatMap { RequestIdentity.isSane($0) ? $0 : nil } ?? Self.hexadecimal(random.next())
            return RequestIdentity(id: id, trace: trace, parent: parent)
        }
    }

    /// Sixteen digits.
    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = stride(from: 60, through: 0, by: -4).map { shift in
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 0xF
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
        }
        return String(decoding: digits, as: UTF8.self)
    }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
