import HTTPClient
public import HTTPServer
import ServiceShell
import TestSupport
import Testing

/// A service's routes on a port of their own, asked over HTTP as its clients do.
public struct HostedService: Sendable {
    public let router: Router
    /// `http://127.0.0.1:PORT`
    public let base: String
    /// What it promises.
    public let check: ContractCheck
    private let client: Client

    /// Lends it, and drains it afterwards, whatever came of it.
    public static func with(
        _ ground: ServiceGround, _ register: (inout Router) -> Void, _ body: (HostedService) async throws -> Void
    ) async throws {
        var router = Router()
        router.use(RequestLog(ground.log))
        register(&router)
        router.publishContract(of: "test")
        var configuration = ClientConfiguration()
        configuration.bodyBytesMax = Answer.bytesMax
        let client = Client(on: TestLoop.shared, configuration: configuration)
        let listener = Listener(router: router, on: TestLoop.shared)
        let hosted = HostedService(
            router: router, base: "http://127.0.0.1:\(try await listener.start())",
            check: await ContractCheck(router), client: client)
        let outcome = await Result { try await body(hosted) }
        await listener.shutdown(within: .seconds(10))
        await client.close()
        try outcome.get()
    }

    /// An answer that the service's document does not declare is a fault of the test.
    /// - Parameters:
    ///   - target: a path of the service, or a whole address.
    ///   - token: the bearer's.
    ///   - body: sent as JSON unless `headers` say something else.
    public func send(
        _ method: String, _ target: String, token: String? = nil, headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = ClientRequest(method, target.hasPrefix("http") ? target : base + target, body: body)
        request.headers = headers.map { (name: $0.0, value: $0.1) }
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if body != nil, !headers.contains(where: { $0.0 == "Content-Type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        let answer = Answer(try await client.send(request))
        let path = target.hasPrefix(base) ? String(target.dropFirst(base.count)) : target
        for fault in check.faults(request, path: path, answer) { Issue.record("\(fault)") }
        return answer
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
