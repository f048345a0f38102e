internal import FilmClubModel

/// What readings mean. Decisions only: whoever reads databases, brokers and clocks hands them over.
enum Judgement {
    // MARK: - Databases

    struct DatabaseReading: Sendable {
        /// `server_version_num`: 150018.
        var version: Int32
        /// How far the server's clock is ahead of ours.
        var clockAhead: Duration
        /// The owners of migrations that were applied (`messaging`, `orders`), and how many files in all.
        var migrationSets: [String]
        var migrations: Int64
        /// Messages that wait for a person.
        var parked: Int64
    }

    /// Those that the tests run on.
    static let postgresVersions: ClosedRange<Int32> = 15...18

    static func database(_ service: String, _ reading: DatabaseReading) -> [Finding] {
        let subject = "database \(service)"
        var findings: [Finding] = []
        if !reading.migrationSets.contains("messaging") {
            findings.append(
                .broken(
                    subject, "It has no schema.",
                    remedy:
                        "Start \(service) with MIGRATION_DATABASE_URL: a service migrates its database at the start."))
        }
        let major = reading.version / 10_000
        if !postgresVersions.contains(major) {
            findings.append(
                .warning(
                    subject, "PostgreSQL \(major) serves it, which FilmClub was not tried on.",
                    remedy: "Use one of \(postgresVersions.lowerBound) to \(postgresVersions.upperBound)."))
        }
        if let clock = clock(subject, ahead: reading.clockAhead) { findings.append(clock) }
        if reading.parked > 0 {
            findings.append(
                .warning(
                    subject, "\(reading.parked) messages are parked: they could not be read, or fail every time.",
                    remedy: "Look at reason and detail in the table inbox_parked; their keys wait behind them."))
        }
        guard findings.isEmpty else { return findings }
        return [.well(subject, "PostgreSQL \(major) answers, with \(reading.migrations) migrations applied.")]
    }

    // MARK: - Clocks

    /// A token's times are judged with a minute's leeway (RFC 7519 §4.1.4); beyond it requests are refused.
    static let clockMax: Duration = .seconds(60)

    /// What the way to a server and back may take.
    static let clockTolerance: Duration = .seconds(1)

    /// Nil where the clocks agree.
    static func clock(_ subject: String, ahead: Duration) -> Finding? {
        let off = ahead < .zero ? .zero - ahead : ahead
        guard off > clockTolerance else { return nil }
        let seconds = off.components.seconds
        let sentence = "Its clock is \(seconds) seconds \(ahead < .zero ? "behind" : "ahead of") this machine's."
        let remedy = "Let all machines keep time by NTP (timedatectl timesync-status tells how one does)."
        return off > clockMax
            ? .broken(subject, sentence, remedy: remedy) : .warning(subject, sentence, remedy: remedy)
    }

    // MARK: - The broker

    static func broker(
        isEmbedded: Bool, partitions: [String: Int], wanted: [Topic] = Topic.allWithDeadLetters
    ) -> [Finding] {
        var findings: [Finding] = []
        let missing = wanted.map(\.name).filter { partitions[$0] == nil }
        if !missing.isEmpty {
            findings.append(
                .broken(
                    "broker", "It has no topic \(missing.joined(separator: ", ")).",
                    remedy: "Run `filmclub topics`; the services wait until they are there."))
        }
        for topic in wanted {
            guard let count = partitions[topic.name], count != Topic.partitions else { continue }
            findings.append(
                .broken(
                    "broker", "The topic \(topic.name) has \(count) partitions instead of \(Topic.partitions).",
                    remedy: "Events of one key would lie in two partitions, out of order. Make the topic anew, and let "
                        + "the services publish again."))
        }
        if isEmbedded {
            findings.append(
                .warning(
                    "broker", "It is the embedded one, which keeps everything in memory alone.",
                    remedy: "Where customers are, set KAFKA_BOOTSTRAP_SERVERS to Apache Kafka."))
        }
        return findings.isEmpty ? [.well("broker", "It answers and has all \(wanted.count) topics.")] : findings
    }

    // MARK: - Services

    /// One check of a service's health, as `/health/ready` or `/health/caught-up` tells it.
    struct Check: Sendable, Decodable {
        var name: String
        var status: String
        var reason: String?
    }

    static func service(_ service: String, ready: [Check], caughtUp: [Check]) -> [Finding] {
        let subject = "service \(service)"
        var findings: [Finding] = ready.compactMap { check in
            guard check.status != "ready" else { return nil }
            let sentence = "\(check.name) is \(check.status): \(check.reason ?? "it does not say why")"
            return check.status == "degraded"
                ? .warning(subject, sentence, remedy: "The service takes requests. Its log says more.")
                : .broken(subject, sentence, remedy: "It takes no requests until this is mended. Its log says more.")
        }
        findings += caughtUp.compactMap { check in
            guard check.status != "ready" else { return nil }
            return .warning(
                subject, "\(check.name) is behind: \(check.reason ?? "it does not say by how much")",
                remedy:
                    "Ask again in a minute; if it does not shrink, look at the broker and at filmclub_consumer_lag_records."
            )
        }
        return findings.isEmpty ? [.well(subject, "It is ready and has caught up.")] : findings
    }

    // MARK: - Keys and disk

    /// - Parameter status: of a request that only a valid token passes: 404, for what it asks for is not there.
    static func key(status: Int) -> Finding {
        switch status {
        case 404: .well("keys", "The services take tokens that IDENTITY_KEY signs.")
        case 401:
            .broken(
                "keys", "The services refuse tokens that IDENTITY_KEY signs.",
                remedy: "Compare IDENTITY_JWKS, IDENTITY_ISSUER and IDENTITY_AUDIENCE of the services with the "
                    + "operator's key; `filmclub key` makes a pair that belongs together.")
        default:
            .warning(
                "keys", "A question with a signed token was answered with \(status), which tells nothing of the key.",
                remedy: "See to the service checkout first.")
        }
    }

    static let freeShareMin = 0.1
    static let freeBytesMin: Int64 = 1 << 30

    static func disk(_ folder: String, free: Int64, total: Int64) -> Finding {
        let subject = "disk \(folder)"
        let sentence = "\(free >> 20) of \(total >> 20) MiB are free."
        let remedy = "Make room before PostgreSQL has to stop: old logs first, never files of the database."
        if free < freeBytesMin { return .broken(subject, sentence, remedy: remedy) }
        return Double(free) < freeShareMin * Double(total)
            ? .warning(subject, sentence, remedy: remedy) : .well(subject, sentence)
    }
}
