import Glibc
import Kafka
import Reactor
import TestSupport
import Testing

/// Handshakes with a TLS server that is no broker: they are refused before the first request, by either end.
@Suite("TLS") struct TLSTests {
    @Test("A certificate of another authority, for another host, or past its end is refused, and the error says it")
    func refusedByUs() async throws {
        try await TLSWorld.with { world in
            let good = try await world.server(certificate: "broker")
            try await world.isRefused(by: good, ca: "stranger-ca", saying: "certificate verify failed")
            // It is for 127.0.0.1 and localhost.
            let elsewhere = try await world.server(certificate: "elsewhere")
            try await world.isRefused(by: elsewhere, saying: "must name the host that was asked for")
            let ended = try await world.server(certificate: "ended")
            try await world.isRefused(by: ended, saying: "and not have ended")
            // With the right one the handshake is done, and what fails is that nobody there speaks Kafka.
            let answer = try await world.refusal(good)
            #expect(!answer.contains("certificate verify failed"), "\(answer)")
        }
    }

    @Test("A broker that asks for our certificate refuses us without one and with a stranger's")
    func refusedByBroker() async throws {
        try await TLSWorld.with { world in
            let server = try await world.server(certificate: "broker", asksForOurs: true)
            try await world.isRefused(by: server, saying: "alert certificate required")
            // librdkafka 2.8 does not even show a certificate of an authority that the broker did not name.
            try await world.isRefused(
                by: server, as: "stranger", saying: "alert unknown ca", "alert certificate required")
            let known = try await world.refusal(server, as: "client")
            #expect(!known.contains("alert"), "\(known)")
        }
    }

    @Test("A key that is not the certificate's, and a file that is no PEM, are refused at once, by the setting's name")
    func uselessFiles() async throws {
        try await TLSWorld.with { world in
            let loop = try EventLoop.spawn(name: "settings")
            defer { loop.stop() }
            for (certificate, key) in [("client.crt", "broker.key"), ("broker.ext", "client.key")] {
                var configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
                configuration.tls = KafkaTLS(
                    caFile: world.path("ca.pem"), certificateFile: world.path(certificate), keyFile: world.path(key))
                let error = #expect(throws: KafkaError.self) { try KafkaProducer(configuration, on: loop) }
                #expect(error?.kind == .configuration)
                #expect(error?.description.contains("ssl.") == true, "\(String(describing: error))")
            }
        }
    }
}

/// Certificates and TLS servers of one test's own.
private final class TLSWorld: Sendable {
    private let folder: String
    private let servers = Lock<[Process]>([])

    private init() throws { folder = try File.makeFolder("filmclub-tls") }

    static func with(_ body: (TLSWorld) async throws -> Void) async throws {
        let world = try TLSWorld()
        let result: Result<Void, any Error>
        do {
            try await world.makeCertificates()
            result = .success(try await body(world))
        } catch {
            result = .failure(error)
        }
        for server in world.servers.withLock({ $0 }) {
            server.signal(SIGKILL)
            _ = try await server.end()
        }
        _ = try await Process.start("/bin/rm", ["-rf", world.folder], outputFile: "/dev/null").end()
        try result.get()
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// As deploy/certificates makes them, but for what is wrong with some.
    private func makeCertificates() async throws {
        let script = """
            set -eu
            cd \(folder)
            authority() {
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
                    -keyout $1.key -out $1.pem
            }
            certificate() {
                printf '%s\\n' "subjectAltName=$3" extendedKeyUsage=serverAuth,clientAuth >$1.ext
                openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout $1.key -out $1.csr
                openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days $4 -extfile $1.ext -out $1.crt
            }
            authority ca
            authority stranger-ca
            certificate broker ca DNS:localhost,IP:127.0.0.1 2
            certificate client ca DNS:client 2
            certificate elsewhere ca DNS:elsewhere.example 2
            certificate stranger stranger-ca DNS:client 2
            # Ends in the second in which it begins: OpenSSL 3.5 makes none that ends before that.
            certificate ended ca DNS:localhost,IP:127.0.0.1 0
            """
        let making = try Process.start("/bin/sh", ["-c", script], outputFile: path("making.log"))
        try #require(try await making.end() == 0, "\(making.output)")
    }

    /// A server on a free port; returns its address.
    func server(certificate: String, asksForOurs: Bool = false) async throws -> String {
        let log = path("\(certificate)-\(UInt32.random(in: .min ... .max)).log")
        let asking = asksForOurs ? ["-CAfile", path("ca.pem"), "-Verify", "1", "-verify_return_error"] : []
        let server = try Process.start(
            "/usr/bin/openssl",
            [
                "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", path("\(certificate).crt"), "-key",
                path("\(certificate).key"),
            ]
                + asking,
            outputFile: log)
        servers.withLock { $0.append(server) }
        var port: Substring?
        try await eventually("openssl listens") {
            port = server.output.split(separator: "\n").first { $0.hasPrefix("ACCEPT 127.0.0.1:") }?.dropFirst(17)
            return port != nil
        }
        return "127.0.0.1:\(port ?? "")"
    }

    /// Asks until it hears the sentence, each time with more patience: on a busy machine a handshake may take longer than
    /// the question's limit, and a question without a broker behind it takes all of that.
    func isRefused(
        by address: String, ca: String = "ca", as name: String? = nil, saying sentences: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var heard: [String] = []
        var patience = Self.patience
        while heard.count < Self.questionsMax {
            heard.append(try await refusal(address, ca: ca, as: name, within: patience))
            patience *= 2
            if heard.contains(where: { answer in sentences.contains { answer.contains($0) } }) { return }
        }
        Issue.record("none of \(heard) says any of \(sentences)", sourceLocation: sourceLocation)
    }

    private static let questionsMax = 6
    private static let patience: Duration = .seconds(3)

    /// What the client says of a server that it cannot use.
    func refusal(
        _ address: String, ca: String = "ca", as name: String? = nil, within limit: Duration = patience
    ) async throws -> String {
        var configuration = KafkaConfiguration(bootstrapServers: address)
        configuration.tls = KafkaTLS(
            caFile: path("\(ca).pem"), certificateFile: name.map { path("\($0).crt") },
            keyFile: name.map { path("\($0).key") })
        let error = await #expect(throws: KafkaError.self) {
            try await KafkaAdmin(configuration).clusterID(within: limit)
        }
        return error?.description ?? ""
    }
}
