import Postgres

/// What can happen to a fleet's database server.
extension Fleet {
    /// As after a crash: no process says goodbye, and the log is replayed at the start.
    func crashServer() async throws {
        try await script(
            "as_postgres setsid \"$(postgres_bin)/pg_ctl\" -D \(serverData) -m immediate -w -l \(serverData)/../log restart"
        )
    }

    /// The server and all that serves a connection stand still: connections stay open, nobody answers.
    ///
    /// The one that begets the others stands still first: a connection that is made meanwhile would go on.
    func freezeServer() async throws {
        try await script(
            """
            \(findServer); kill -STOP $pid
            until read -r _ _ state _ </proc/$pid/stat && [ "$state" = T ]; do sleep 0.01; done
            kill -STOP $(children)
            """)
    }

    func thawServer() async throws { try await script("\(findServer); kill -CONT $(children) $pid") }

    /// From /proc: a minimal Debian has neither ps nor pgrep.
    private var findServer: String {
        "pid=$(head -n 1 \(serverData)/postmaster.pid); children() { cat /proc/$pid/task/$pid/children; }"
    }

    /// Connections of the services to their databases.
    func connections() async throws -> Int {
        Int(
            try await database("checkout").query(
                "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name LIKE 'filmclub-%'"
            ).one().get("count", as: Int64.self))
    }
}

/// Who publishes.
extension Fleet {
    func relayEpoch(_ service: String) async throws -> Int64 {
        try await database(service).query("SELECT epoch FROM relay_cursor").one().get("epoch")
    }

    /// The process that holds the lease, by its own word.
    func relayHolder(_ service: String) async throws -> ServiceProcess? {
        for index in 0..<Self.processesPerService {
            let process = try process(service, index)
            if try await metric("filmclub_relay_holder", of: process) == 1 { return process }
        }
        return nil
    }
}
