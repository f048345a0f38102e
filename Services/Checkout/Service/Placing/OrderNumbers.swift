internal import CheckoutDomain
internal import FilmClubModel
internal import Postgres
internal import ServiceShell

/// Serials of order numbers, drawn from the database in blocks. A process that ends leaves the rest of its block as a
/// gap; no serial is ever given out twice.
actor OrderNumbers {
    /// `INCREMENT BY` of the sequence: a draw owns this many serials, from the drawn one on.
    static let blockSize: Int64 = 32

    private let pool: PostgresPool
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// The next one last.
    private var spare: [Int64] = []
    private var drawing: Task<Void, any Error>?

    init(pool: PostgresPool, on loop: EventLoop) {
        self.pool = pool
        self.loop = loop
    }

    func next() async throws -> Int64 {
        while true {
            if let serial = spare.popLast() { return serial }
            try await draw()
        }
    }

    /// A serial that was not used after all.
    func giveBack(_ serial: Int64) { spare.append(serial) }

    /// Whoever comes while a block is drawn waits for that one.
    private func draw() async throws {
        if let drawing { return try await drawing.value }
        let task = Task {
            let first = try await pool.query("/* drawOrderNumbers */ SELECT nextval('order_number')").one().get(
                0, as: Int64.self)
            spare.insert(contentsOf: (first..<first + Self.blockSize).reversed(), at: 0)
        }
        drawing = task
        defer { drawing = nil }
        try await task.value
    }
}
