/// Tells an event that the database will never take from a database that is slow today: a pure count of what failed
/// beside what succeeded.
///
/// A statement that runs into its deadline, waits in vain for a lock or is always the victim of a deadlock fails with a
/// state that time usually mends, so that its event is tried again. One that never ends otherwise would hold up its
/// partition for ever. So an attempt counts against an event only when others took effect in the same pass, or did so
/// in an earlier one while nothing but this event fails now. While everything fails, nothing is counted: a database
/// that is slow or locked for maintenance parks nobody.
struct Patience: Sendable {
    private struct Record {
        var attempts: Int32 = 0
        /// Others took effect while it failed.
        var isSuspect = false
    }

    let batchFailuresMax: Int
    let attemptsMax: Int32
    private var batchFailures = 0
    private var records: [TopicKey: Record] = [:]

    init(_ limits: InboxLimits) {
        batchFailuresMax = limits.stubbornBatchesMax
        attemptsMax = limits.stubbornAttemptsMax
    }

    /// A batch failed as a whole: true once it is time to look at its events one by one.
    mutating func batchFailed() -> Bool {
        batchFailures += 1
        return batchFailures >= batchFailuresMax
    }

    /// A batch went through.
    mutating func batchSucceeded() {
        batchFailures = 0
        records = [:]
    }

    /// A pass through a batch's events, each alone: which of `failed` have had all their ordinary attempts.
    mutating func passEnded(failed: [TopicKey], othersSucceeded: Bool) -> Set<TopicKey> {
        var overdue: Set<TopicKey> = []
        // What does not fail any more is no longer suspected.
        records = records.filter { failed.contains($0.key) }
        for key in failed {
            var record = records[key] ?? Record()
            if othersSucceeded { record.isSuspect = true }
            if othersSucceeded || (record.isSuspect && failed.count == 1) { record.attempts += 1 }
            if record.attempts >= attemptsMax { overdue.insert(key) }
            records[key] = record
        }
        return overdue
    }
}
