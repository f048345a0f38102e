internal import Messaging
internal import Postgres
internal import ServiceShell

extension PageCache {
    /// What an import notifies, in its transaction.
    static let changedChannel = "catalog_changed"
    static let revisionPoll: Duration = .seconds(1)

    /// Confirms the pages in memory: asks the database for the catalog's revision once a second, and at once when
    /// another process says that it has imported something.
    func watch(_ pool: PostgresPool, on loop: EventLoop, log: Log) -> TableWatch {
        TableWatch(
            "revision", channel: Self.changedChannel, every: Self.revisionPoll, of: pool, on: loop, log: log
        ) { asked in
            let revision = try await pool.query("/* readRevision */ SELECT revision FROM catalog_revision").one()
            self.confirm(revision: try revision.get("revision"), asked: asked)
        }
    }
}
