@_exported public import Reactor

/// What a service's composition root is given: the process's settings, log, metrics, health and loop.
public struct ShellContext: Sendable {
    /// The service's name: `catalog`.
    public let name: String
    public let configuration: Configuration
    public let log: Log
    public let metrics: Metrics
    public let health: Health
    /// Hears of the steps that this process does for traces.
    public let tracer: Tracer
    /// The main thread's event loop, on which everything lives.
    public let loop: EventLoop
    let addresses = AddressBook()
    let stopRequests = StopRequests()

    /// `Shell.main` makes one; a test that runs a service in its own process makes another.
    public init(
        name: String, configuration: Configuration, log: Log, metrics: Metrics = Metrics(), health: Health = Health(),
        tracer: Tracer = .off, loop: EventLoop
    ) {
        self.name = name
        self.configuration = configuration
        self.log = log
        self.metrics = metrics
        self.health = health
        self.tracer = tracer
        self.loop = loop
    }

    /// Tells where the process can be reached: the log says so, and `ADDRESS_FILE` once everything has started.
    public func listening(_ listener: String, host: String, port: Int) {
        addresses.add(listener, host: host, port: port)
        log.info("listening", ["listener": .text(listener), "host": .text(host), "port": .count(port)])
    }

    /// Where a listener of this process can be reached, `127.0.0.1:8081`; nil before it listens.
    public func address(of listener: String) -> String? { addresses[listener] }

    /// Ends the process in good order but with exit code 1: for what has gone wrong beyond repair while it ran.
    public func fail(_ sentence: String) { stopRequests.post(.failure(sentence)) }
}

/// The addresses a process listens on.
final class AddressBook: Sendable {
    private let entries = Lock<[(listener: String, address: String)]>([])

    func add(_ listener: String, host: String, port: Int) {
        let shown = host.contains(":") ? "[\(host)]" : host
        entries.withLock { $0.append((listener, "\(shown):\(port)")) }
    }

    subscript(listener: String) -> String? {
        entries.withLock { $0.last { $0.listener == listener }?.address }
    }

    /// `http=127.0.0.1:8081`, a line each.
    var text: String { entries.withLock { $0.map { "\($0.listener)=\($0.address)\n" }.joined() } }
}

/// Why a process should stop; the first reason counts.
enum StopRequest: Sendable, Equatable {
    case signal(Int32)
    case failure(String)
    /// The settings cannot be used after all.
    case misconfigured(String)
}

/// Where signals and services ask for the end, from any thread.
final class StopRequests: Sendable {
    let stream: AsyncStream<StopRequest>
    private let continuation: AsyncStream<StopRequest>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1)) }

    func post(_ request: StopRequest) { continuation.yield(request) }
}
