internal import CheckoutDomain
internal import FilmClubModel
internal import Postgres
internal import ServiceShell

/// Serials of order numbers, drawn from the database in blocks, and ahead of need: while orders come nobody waits for
/// one. A process that ends leaves what it has drawn as a gap; no serial is ever given out twice.
actor OrderNumbers {
    /// `INCREMENT BY` of the sequence: a draw owns this many serials, from the drawn one on.
    static let blockSize: Int64 = 32
    /// With fewer left the next blocks are drawn.
    static let spareMin = 64
    /// Blocks a draw.
    static let blocksMax = 8

    private let pool: PostgresPool
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// The next one last.
    private var spare: [Int64] = []
    /// In the order in which they came; as many as the listener lets run.
    private var waiters: [CheckedContinuation<Result<Int64, any Error>, Never>] = []
    private var isDrawing = false

    init(pool: PostgresPool, on loop: EventLoop) {
        self.pool = pool
        self.loop = loop
    }

    func next() async throws -> Int64 {
        if let serial = take() { return serial }
        // Asked again: the loop may have turned on the way into this closure.
        let drawn: Result<Int64, any Error> = await withCheckedContinuation { waiter in
            if let serial = take() { waiter.resume(returning: .success(serial)) } else { waiters.append(waiter) }
        }
        return try drawn.get()
    }

    /// A serial that was not used after all.
    func giveBack(_ serial: Int64) { spare.append(serial) }

    private func take() -> Int64? {
        let serial = spare.popLast()
        if spare.count < Self.spareMin, !isDrawing {
            isDrawing = true
            Task { await self.draw() }
        }
        return serial
    }

    private func draw() async {
        let blocks = min(Self.blocksMax, (Self.spareMin + waiters.count) / Int(Self.blockSize) + 1)
        let drawn: Result<[Int64], any Error>
        do {
            let firsts = try await pool.query(
                "/* drawOrderNumbers */ SELECT nextval('order_number') FROM generate_series(1, \(blocks))")
            drawn = .success(
                try firsts.flatMap { row in
                    let first = try row.get(0, as: Int64.self)
                    return first..<first + Self.blockSize
                })
        } catch {
            drawn = .failure(error)
        }
        isDrawing = false
        switch drawn {
        case .success(let serials): spare.insert(contentsOf: serials.reversed(), at: 0)
        case .failure(let error):
            // Whoever has waited for this draw is told; the next one to come draws again.
            for waiter in waiters { waiter.resume(returning: .failure(error)) }
            waiters = []
        }
        while !waiters.isEmpty, let serial = take() { waiters.removeFirst().resume(returning: .success(serial)) }
    }
}
