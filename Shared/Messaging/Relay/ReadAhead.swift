/// The next page of the log, read while the broker writes the one before.
///
/// What a page holds is settled by the cursor's two snapshots and the number it begins behind, and no row of the log
/// ever changes: a page that was read early is the page that would be read now, whoever has held the lease meanwhile.
struct ReadAhead {
    private let cursor: RelayCursor
    private let incarnation: Int32
    private let reading: Task<[LoggedEvent], any Error>

    /// - Parameter reading: reads the page behind `lease`'s cursor.
    init(behind lease: RelayStore.Lease, _ reading: Task<[LoggedEvent], any Error>) {
        cursor = lease.cursor
        incarnation = lease.incarnation
        self.reading = reading
    }

    /// The page, if it is the one behind `lease`'s cursor; else nil.
    func page(behind lease: RelayStore.Lease) async throws -> [LoggedEvent]? {
        guard cursor == lease.cursor, incarnation == lease.incarnation else { return nil }
        return try await reading.value
    }
}
