internal import FilmClubModel

/// What becomes of the events of one (consumer, topic, key): a pure decision over the watermark, what is parked,
/// and what arrives. Sequences of a key are 1…k; every one of them moves the watermark, whatever its type.
struct KeyAdmission: Sendable {
    enum Verdict: Hashable, Sendable {
        case apply
        /// Its effect is committed already, or it waits in the table already.
        case drop
        /// It waits for a lower sequence.
        case park
    }

    let kind: Topic.Kind
    private(set) var watermark: Int64
    /// Sequences in the table. A blocked one (poison, unreadable) holds back all that follow it.
    private var waiting: Set<Int64>
    private let blocked: Set<Int64>

    init(kind: Topic.Kind, watermark: Int64, waiting: Set<Int64> = [], blocked: Set<Int64> = []) {
        self.kind = kind
        self.watermark = watermark
        self.waiting = waiting
        self.blocked = blocked
    }

    mutating func arrive(_ sequence: Int64) -> Verdict {
        guard sequence > watermark else { return .drop }
        switch kind {
        case .state:
            // A state event carries everything: it needs none of those before it, and heals a key whose
            // earlier state could not be read. What it overtakes is superseded.
            if blocked.contains(sequence) { return .drop }
            watermark = sequence
            return .apply
        case .facts:
            if blocked.contains(sequence) || waiting.contains(sequence) { return .drop }
            guard sequence == watermark + 1 else {
                waiting.insert(sequence)
                return .park
            }
            watermark = sequence
            return .apply
        }
    }

    mutating func ignoreWaiting() { waiting = [] }

    /// The parked sequence that may follow now, if any; it is applied next.
    mutating func releaseNext() -> Int64? {
        guard kind == .facts, waiting.remove(watermark + 1) != nil else { return nil }
        watermark += 1
        return watermark
    }
}
