public import Postgres

/// What a service does with events. The inbox sees to it that each takes effect once.
public protocol EventHandler: Sendable {
    /// Applies a batch in order, within `transaction`: everything it writes is committed together with the
    /// watermarks, or not at all. Types it has no use for are ignored.
    ///
    /// What it throws undoes the batch. A database that is away is waited for; anything else makes the inbox
    /// apply the events one by one, and park the one that fails again and again.
    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws
}
