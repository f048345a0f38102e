import FilmClubModel
public import HTTPServer
import JSON
import Reactor
import TestSupport

/// A collector of traces as an operator runs one, as far as our services can tell: OTLP over HTTP, in JSON.
public final class TraceCollector: Sendable {
    /// A step, as the collector was told of it.
    public struct Step: Sendable {
        public let service: String
        public let trace: String
        public let id: String
        public let parent: String?
        public let kind: Int64
        public let name: String
        public let attributes: [String: String]
        public let nanoseconds: ClosedRange<Int64>
        public let status: Int64?
    }

    public let endpoint: String
    private let told: Lock<Told>
    private let listener: Listener

    private struct Told {
        var steps: [Step] = []
        /// What was no request of OTLP.
        var faults: [String] = []
        /// The bytes, for whoever looks for what must not be in them.
        var text = ""
    }

    /// Lends one.
    /// - Parameter answer: what a request for traces is answered with; 200 where it returns nil.
    public static func with(
        answer: @escaping @Sendable () async -> Response? = { nil },
        _ body: (TraceCollector) async throws -> Void
    ) async throws {
        let told = Lock(Told())
        var router = Router()
        router.post("/v1/traces") { request in
            let bytes = request.body
            if let other = await answer() { return other }
            told.withLock { told in
                told.text += String(decoding: bytes, as: UTF8.self)
                do {
                    told.steps += try steps(of: bytes)
                } catch {
                    told.faults.append("\(error)")
                }
            }
            return Response(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(Array("{}".utf8)))
        }
        let listener = Listener(router: router, on: TestLoop.shared)
        let collector = TraceCollector("http://127.0.0.1:\(try await listener.start())", told, listener)
        let outcome = await Result { try await body(collector) }
        await listener.shutdown(within: .seconds(10))
        try outcome.get()
    }

    private init(_ endpoint: String, _ told: Lock<Told>, _ listener: Listener) {
        self.endpoint = endpoint
        self.told = told
        self.listener = listener
    }

    public var steps: [Step] { told.withLock { $0.steps } }
    public var faults: [String] { told.withLock { $0.faults } }
    public var text: String { told.withLock { $0.text } }

    // MARK: - Reading

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static func steps(of bytes: [UInt8]) throws -> [Step] {
        try list(try JSON.parse(bytes), "resourceSpans").flatMap { resource in
            let service = try attributes(try member(resource, "resource"))["service.name"] ?? "?"
            return try list(resource, "scopeSpans").flatMap { scope in
                try list(scope, "spans").map { try step($0, of: service) }
            }
        }
    }

    private static func step(_ span: JSONValue, of service: String) throws -> Step {
        let (begin, end) = (try number(span, "startTimeUnixNano"), try number(span, "endTimeUnixNano"))
        guard begin <= end else { throw Missing(description: "a step ends before it begins") }
        guard let kind = try member(span, "kind").integerValue else { throw Missing(description: "kind is no number") }
        return Step(
            service: service, trace: try id(span, "traceId", 32), id: try id(span, "spanId", 16),
            parent: span["parentSpanId"] == nil ? nil : try id(span, "parentSpanId", 16), kind: kind,
            name: try text(span, "name"), attributes: try attributes(span), nanoseconds: begin...end,
            status: span["status"]?["code"]?.integerValue)
    }

    private static func attributes(_ value: JSONValue) throws -> [String: String] {
        var found: [String: String] = [:]
        for attribute in try list(value, "attributes") {
            let value = try member(attribute, "value")
            found[try text(attribute, "key")] = try value["stringValue"]?.stringValue ?? text(value, "intValue")
        }
        return found
    }

    private static func member(_ value: JSONValue, _ name: String) throws -> JSONValue {
        guard let found = value[name] else { throw Missing(description: "there is no \(name)") }
        return found
    }

    private static func list(_ value: JSONValue, _ name: String) throws -> [JSONValue] {
        guard let found = try member(value, name).arrayValue else { throw Missing(description: "\(name) is no list") }
        return found
    }

    private static func text(_ value: JSONValue, _ name: String) throws -> String {
        guard let found = try member(value, name).stringValue else { throw Missing(description: "\(name) is no text") }
        return found
    }

    private static func number(_ value: JSONValue, _ name: String) throws -> Int64 {
        guard let found = Int64(try text(value, name)) else { throw Missing(description: "\(name) is no number") }
        return found
    }

    private static func id(_ value: JSONValue, _ name: String, _ digits: Int) throws -> String {
        let found = try text(value, name)
        guard found.utf8.count == digits, found.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
            throw Missing(description: "\(name) is not \(digits) hexadecimal digits: \(found)")
        }
        return found
    }
}
