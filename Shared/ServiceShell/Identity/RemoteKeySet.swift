internal import HTTPClient
internal import JOSE
internal import Reactor

/// The key set of an address, kept up with: read at the start, again when it has grown old, and when a token names a key
/// that is not there. From any thread.
///
/// Nobody waits for it. An address that does not answer, or not with a key set, leaves the last good keys at work, and
/// the log and a metric say so. However many tokens with unknown keys come, there is one request at a time, and one in
/// `unknownKeySeconds`.
final class RemoteKeySet: Sendable {
    /// Between two requests because of unknown keys, or after a failure.
    static let unknownKeySeconds: Int64 = 10
    /// The same while there are no keys at all.
    static let firstKeysSeconds: Int64 = 2
    /// How long a key set counts as new where its server names no `max-age`, and what is taken of what it names: a key
    /// that was taken out is trusted no longer than this.
    static let refreshSeconds: Int64 = 300
    static let refreshSecondsRange: ClosedRange<Int64> = 60...3_600
    static let answerDurationMax: Duration = .seconds(5)

    private struct State {
        var hasKeys = false
        var text: [UInt8] = []
        var entityTag: String?
        var refreshSeconds = RemoteKeySet.refreshSeconds
        var askedAtSeconds = Int64.min
        var readAtSeconds: Int64?
        var isAsking = false
        var asks = 0
        var isClosed = false
    }

    private let state = Lock(State())
    private let address: String
    private let client: Client
    private let loop: EventLoop
    private let log: Log
    private let reads: MetricFamily<Counter>
    private let now: @Sendable () -> Int64
    private let adopt: @Sendable (JWKS) -> Void

    /// - Parameters:
    ///   - authoritiesFile: PEM of the authorities to trust in the place of the system's.
    ///   - now: seconds since 1970.
    ///   - adopt: takes each new key set.
    init(
        address: String, authoritiesFile: String?, on loop: EventLoop, log: Log, metrics: Metrics,
        now: @escaping @Sendable () -> Int64, adopt: @escaping @Sendable (JWKS) -> Void
    ) {
        self.address = address
        self.loop = loop
        self.log = log
        self.now = now
        self.adopt = adopt
        var limits = ClientConfiguration()
        limits.durationMax = Self.answerDurationMax
        limits.bodyBytesMax = JWKS.bytesMax
        limits.requestsInFlightMax = 1
        limits.connectionsPerHostMax = 1
        limits.authoritiesFile = authoritiesFile
        client = Client(on: loop, configuration: limits)
        reads = metrics.counter(
            "filmclub_identity_key_reads_total", labels: ["outcome"],
            help: "Readings of the identity provider's key set: changed, unchanged or failed.")
        let state = state
        metrics.gauge(
            "filmclub_identity_keys_age_seconds", help: "Time since the identity provider's key set was last confirmed."
        ) { state.withLock { $0.readAtSeconds }.map { Double(now() - $0) } }
    }

    /// Whether the answer to an unknown key may be another one in a moment: there are no keys yet, or they are being
    /// read.
    var isUnsettled: Bool { state.withLock { !$0.hasKeys || $0.isAsking } }

    var hasKeys: Bool { state.withLock { $0.hasKeys } }

    /// Asks for the keys in the background, unless it is too early.
    func look(isKeyUnknown: Bool) {
        let second = now()
        let mayAsk = state.withLock { state in
            let wait =
                !state.hasKeys
                ? Self.firstKeysSeconds : isKeyUnknown ? Self.unknownKeySeconds : state.refreshSeconds
            // Saturating: the first time there was none before. A clock set back must not end the looking.
            let isDue =
                state.askedAtSeconds == .min || second >= state.askedAtSeconds + wait || second < state.askedAtSeconds
            return isDue && Self.begin(&state, second)
        }
        if mayAsk { ask() }
    }

    /// Ends the looking. What was read stays in use.
    func close() async {
        state.withLock { $0.isClosed = true }
        await client.close()
    }

    private static func begin(_ state: inout State, _ second: Int64) -> Bool {
        guard !state.isAsking, !state.isClosed else { return false }
        state.isAsking = true
        state.asks += 1
        state.askedAtSeconds = second
        return true
    }

    private func ask() {
        Task(executorPreference: loop) {
            let outcome = await self.answer()
            self.conclude(outcome)
        }
    }

    private func answer() async -> Outcome {
        var request = ClientRequest("GET", address, headers: ["Accept": "application/jwk-set+json, application/json"])
        if let entityTag = state.withLock({ $0.entityTag }) {
            request.headers.append((name: "If-None-Match", value: entityTag))
        }
        do throws(ClientError) {
            return outcome(of: try await client.send(request))
        } catch {
            return .failed("\(error)")
        }
    }

    // MARK: - What came back

    private enum Outcome {
        case unchanged
        case changed(JWKS)
        case failed(String)
    }

    private func outcome(of response: ClientResponse) -> Outcome {
        switch response.status {
        case 304 where hasKeys:
            state.withLock { $0.refreshSeconds = Self.refresh(response.headers["Cache-Control"]) }
            return .unchanged
        case 200:
            let isSame = state.withLock { $0.hasKeys && $0.text == response.body }
            let keys: JWKS?
            do throws(JOSEError) {
                keys = isSame ? nil : try JWKS(response.body)
            } catch {
                return .failed("\(error)")
            }
            state.withLock { state in
                state.text = response.body
                state.entityTag = response.headers["ETag"]
                state.refreshSeconds = Self.refresh(response.headers["Cache-Control"])
            }
            return keys.map { .changed($0) } ?? .unchanged
        default: return .failed("it answered with status \(response.status)")
        }
    }

    private func conclude(_ outcome: Outcome) {
        // The keys first: whoever finds them settled must find them at work, and the log and the metric tell of both.
        if case .changed(let keys) = outcome { adopt(keys) }
        let (wait, asks) = settle(outcome)
        tell(outcome)
        // Also while no request comes: after a quiet night the first one must not be judged by yesterday's keys.
        loop.schedule(after: .seconds(wait)) { [weak self] in self?.lookAgain(after: asks) }
    }

    /// Nothing is under way any more: how many seconds to wait before the next look, and which this one was.
    private func settle(_ outcome: Outcome) -> (waitSeconds: Int64, asks: Int) {
        state.withLock { state in
            state.isAsking = false
            if case .failed = outcome {
                return (state.hasKeys ? Self.unknownKeySeconds : Self.firstKeysSeconds, state.asks)
            }
            state.hasKeys = true
            state.readAtSeconds = now()
            return (state.refreshSeconds, state.asks)
        }
    }

    private func tell(_ outcome: Outcome) {
        let place: LogFields = ["address": .text(String(address.prefix { $0 != "?" }))]
        switch outcome {
        case .unchanged: reads.with("unchanged").increment()
        case .changed:
            reads.with("changed").increment()
            log.info("identity.keys.read", place)
        case .failed(let reason):
            reads.with("failed").increment()
            var fields = place
            fields[.error] = .text(reason)
            log.error("identity.keys.unusable", fields)
        }
    }

    /// Unless somebody has asked meanwhile, whose answer sets the next time.
    private func lookAgain(after asks: Int) {
        let second = now()
        if state.withLock({ $0.asks == asks && Self.begin(&$0, second) }) { ask() }
    }

    /// `max-age` of Cache-Control (RFC 9111 §5.2.2.1), within our own bounds.
    static func refresh(_ cacheControl: String?) -> Int64 {
        for directive in (cacheControl ?? "").lowercased().split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" } }
            guard parts.first == "max-age", parts.count == 2, let seconds = Int64(parts[1]) else { continue }
            return min(max(seconds, refreshSecondsRange.lowerBound), refreshSecondsRange.upperBound)
        }
        return refreshSeconds
    }
}
