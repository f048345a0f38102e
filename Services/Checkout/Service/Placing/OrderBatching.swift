internal import FilmClubModel
internal import Messaging

/// What two orders under way at the same time must not share.
enum OrderClaim: Hashable, Sendable {
    case cart(InstitutionID, CartID)
    case key(ScopedKey)
    case grant(GrantID)
    case quote(QuoteID)
}

/// The rules by which orders that come at the same time share a transaction. It owns who waits, who is under way in
/// which batch, and who has to run again alone; it refuses an order when too many wait, and never lets two be under way
/// at the same time that could stand in each other's way: of one cart, key, grant or quote.
///
/// Pure: each event is a mutating function that says what to do, and neither clock nor database is in it. Every order
/// that was admitted ends exactly once: in what `landed`, `expire` or `withdraw` returns.
struct OrderBatching<Order, Outcome> {
    typealias Time = ContinuousClock.Instant
    typealias Ticket = UInt64

    struct Limits {
        /// Orders that wait for a batch; one more is refused.
        var waitingOrdersMax = 2_000
        /// How long an order may wait; then it is refused, and nothing of it has happened.
        var waitMax: Duration = .seconds(2)
        /// Orders a transaction.
        var batchOrdersMax = 64
        /// Bytes a transaction, as its orders count themselves; a larger order goes alone.
        var batchBytesMax = 512 * 1_024
        /// Transactions at the same time.
        var batchesUnderWayMax = 2
        /// How many must wait to go beside a batch that is under way: few in many transactions cost more than many in
        /// few, and what waits meanwhile goes with the next one.
        var companionsMin = 16
        /// How long fewer than that leave the way to a batch; one that is held up does not hold up the others.
        var yieldMax: Duration = .milliseconds(10)
        /// How often an order is run alone. More than once only where running again can help: after a deadlock, say.
        var runsAloneMax = 3
    }

    struct Batch {
        let id: UInt64
        let orders: [Order]
    }

    /// What became of a batch.
    enum Landing {
        /// Each order has its own outcome, in the order of the batch.
        case outcomes([Result<Outcome, any Error>])
        /// Nothing of it happened, and one order may have failed for all: each runs again alone.
        case undone(any Error, helpsToRepeat: Bool)
        /// It failed for a reason that would meet each of them.
        case failed(any Error)
    }

    typealias Ending = (ticket: Ticket, outcome: Result<Outcome, any Error>)

    private struct Entry {
        let ticket: Ticket
        let order: Order
        let claims: [OrderClaim]
        let bytes: Int
        let deadline: Time
        var runsAlone = 0
    }

    private let limits: Limits
    /// In the order in which they came.
    private var waiting: [Entry] = []
    /// They failed together; each of them is a batch of its own now, and they go first.
    private var divided: [Entry] = []
    private var underWay: [UInt64: (entries: [Entry], since: Time)] = [:]
    private var claimed: Set<OrderClaim> = []
    private var lastBatch: UInt64 = 0

    init(_ limits: Limits = Limits()) { self.limits = limits }

    var waitingCount: Int { waiting.count + divided.count }
    /// When to look again although nothing came and nothing landed: the first of those who wait is to be sent away
    /// then (all are equally patient), or has left the way for long enough.
    func nextLook(after now: Time) -> Time? {
        var looks = [waiting.first?.deadline, divided.map(\.deadline).min()].compactMap { $0 }
        if waitingCount > 0, yields(now: now), let since = latestSince { looks.append(since + limits.yieldMax) }
        return looks.min()
    }

    /// Since when the latest batch is under way.
    private var latestSince: Time? { underWay.values.map(\.since).max() }

    // MARK: - Coming and going

    /// False: too many wait, and this one is not taken. `ticket` is the caller's name for the order, and unique.
    mutating func submit(
        _ order: Order, as ticket: Ticket, claiming claims: [OrderClaim], bytes: Int, now: Time
    ) -> Bool {
        guard waitingCount < limits.waitingOrdersMax else { return false }
        waiting.append(
            Entry(ticket: ticket, order: order, claims: claims, bytes: bytes, deadline: now + limits.waitMax))
        return true
    }

    /// Its client has gone. True where it still waited: then it never happens. What is under way runs to its end.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        let before = waitingCount
        waiting.removeAll { $0.ticket == ticket }
        divided.removeAll { $0.ticket == ticket }
        return waitingCount < before
    }

    /// Those who have waited too long.
    mutating func expire(now: Time) -> [Ticket] {
        let expired = (waiting + divided).filter { $0.deadline <= now }.map(\.ticket)
        waiting.removeAll { $0.deadline <= now }
        divided.removeAll { $0.deadline <= now }
        return expired
    }

    // MARK: - Batches

    /// The next batch to send: ask until there is none. Nobody waits for company while nothing is under way: what is
    /// there goes, and company gathers meanwhile.
    mutating func nextBatch(now: Time) -> Batch? {
        guard underWay.count < limits.batchesUnderWayMax, !yields(now: now) else { return nil }
        let entries = takeDivided() ?? takeWaiting()
        guard !entries.isEmpty else { return nil }
        lastBatch += 1
        underWay[lastBatch] = (entries, now)
        return Batch(id: lastBatch, orders: entries.map(\.order))
    }

    /// Whether those who wait are too few to go beside what is under way.
    private func yields(now: Time) -> Bool {
        guard let since = latestSince else { return false }
        return waitingCount < limits.companionsMin && now < since + limits.yieldMax
    }

    private mutating func takeDivided() -> [Entry]? {
        guard let index = divided.firstIndex(where: { isFree($0) }) else { return nil }
        var entry = divided.remove(at: index)
        claimed.formUnion(entry.claims)
        entry.runsAlone += 1
        return [entry]
    }

    /// From the front; who would be in somebody's way is passed over and keeps its place.
    private mutating func takeWaiting() -> [Entry] {
        var taken: [Entry] = []
        var passedOver: [Entry] = []
        var bytes = 0
        var index = 0
        while index < waiting.count, taken.count < limits.batchOrdersMax {
            let entry = waiting[index]
            if !isFree(entry) {
                passedOver.append(entry)
            } else if taken.isEmpty || bytes + entry.bytes <= limits.batchBytesMax {
                claimed.formUnion(entry.claims)
                bytes += entry.bytes
                taken.append(entry)
            } else {
                break
            }
            index += 1
        }
        waiting.replaceSubrange(..<index, with: passedOver)
        return taken
    }

    private func isFree(_ entry: Entry) -> Bool { !entry.claims.contains { claimed.contains($0) } }

    /// A batch is back. What it returns ends here; the others are run again.
    mutating func landed(_ id: UInt64, _ landing: Landing) -> [Ending] {
        guard let entries = underWay.removeValue(forKey: id)?.entries else { return [] }
        for entry in entries { claimed.subtract(entry.claims) }
        switch landing {
        case .outcomes(let outcomes):
            precondition(outcomes.count == entries.count, "each order of a batch has one outcome")
            return zip(entries, outcomes).map { ($0.ticket, $1) }
        case .failed(let error): return entries.map { ($0.ticket, .failure(error)) }
        case .undone(let error, let helpsToRepeat):
            // Who was alone is not a neighbour's victim: the fault is its own, unless it passes by itself.
            let wasAlone = entries.count == 1
            let again = entries.filter { !wasAlone || helpsToRepeat && $0.runsAlone < limits.runsAloneMax }
            divided += again
            return again.isEmpty ? entries.map { ($0.ticket, .failure(error)) } : []
        }
    }
}
