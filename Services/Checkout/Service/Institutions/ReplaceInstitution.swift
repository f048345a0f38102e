internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// States an institution anew, by whoever has seen the version that stands.
struct ReplaceInstitution: Sendable {
    let pool: PostgresPool
    let facts: FactsInMemory
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    enum Refusal: Error {
        case unknown
        /// Whether it is verified is decided with a reason, and never in passing.
        case verificationDiffers(Institution)
        case unknownTimeZone(TimeZoneName)
    }

    /// The institution as it is then. Said again it changes nothing.
    /// - Parameter check: throws where the caller has not seen this state.
    func callAsFunction(
        _ stated: Institution, by call: OperatorCall, trace: TraceContext,
        check: @Sendable (Institution) throws -> Void
    ) async throws -> Institution {
        let (institution, isNews) = try await pool.withTransaction { transaction in
            let rows = try await transaction.unit([
                InstitutionStore.hold([stated.id]), InstitutionStore.unknown([stated.timeZone]),
            ])
            guard let before = try rows[0].first.map({ try Institution($0) }) else { throw Refusal.unknown }
            try check(before)
            guard stated.verified == before.verified else { throw Refusal.verificationDiffers(before) }
            guard rows[1].isEmpty else { throw Refusal.unknownTimeZone(stated.timeZone) }
            var after = stated
            after.version = before.version
            let isNews = after != before
            var statements: [SQL] = []
            if isNews {
                after.version += 1
                let now = now()
                let cause = EventCause(correlationID: .generate(now: now), trace: trace)
                statements = try InstitutionStore.write([after], cause: cause, now: now)
            }
            _ = try await transaction.unit(statements + [call.granted(["version": .integer(after.version)])])
            return (after, isNews)
        }
        if isNews {
            await facts.take([institution])
            committed()
        }
        return institution
    }
}
