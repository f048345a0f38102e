import FoundationEssentials
import Glibc
import JOSE
import TestSupport
import Testing

@testable import ServiceShell

/// A key set behind TLS, served by OpenSSL's own test server with an authority made for the test.
@Suite("Keys over TLS", .enabled(if: access("/usr/bin/openssl", X_OK) == 0, "there is no openssl"))
struct KeysOverTLSTests {
    @Test("An address is trusted by the authority that was named, and by no other")
    func authority() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "filmclub-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try SigningKey.generate(.es256, keyID: "one")
        let set = String(decoding: try JWKS([key.verificationKey]).json(), as: UTF8.self)
        // With -HTTP the file is the whole answer.
        let answer =
            "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(set.utf8.count)\r\n\r\n\(set)"
        try Data(answer.utf8).write(to: folder.appending(path: "jwks.json"))
        try await openssl(
            in: folder,
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ca.key -out ca.pem -subj /CN=ca"
        )
        try await openssl(
            in: folder,
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem -out cert.pem "
                + "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -CA ca.pem -CAkey ca.key")
        let server = try spawn(in: folder, "s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem -HTTP")
        defer { server.signal(SIGKILL) }
        var port = ""
        try await eventually("the server listens") {
            let line = server.output.split(separator: "\n").first { $0.hasPrefix("ACCEPT 127.0.0.1:") }
            port = String(line?.dropFirst("ACCEPT 127.0.0.1:".count) ?? "")
            return !port.isEmpty
        }

        let url = "https://127.0.0.1:\(port)/jwks.json"
        let trusting = RemoteIdentity(url, authoritiesFile: folder.appending(path: "ca.pem").path)
        try await eventually("the keys are read") {
            trusting.pass(seconds: 10)
            return trusting.status(try trusting.token(by: key)) == 200
        }
        await trusting.authenticator.close()

        let doubting = RemoteIdentity(url)
        // A handshake that took too long says another thing, and is begun again.
        try await eventually("the certificate is refused") {
            doubting.pass(seconds: 10)
            let status = doubting.status(try doubting.token(by: key))
            #expect(status == 503)
            return doubting.recorder.lines(of: "identity.keys.unusable").contains { $0.contains("certificate") }
        }
        await doubting.authenticator.close()
    }

    private func openssl(in folder: URL, _ arguments: String) async throws {
        let status = try await spawn(in: folder, arguments).end()
        try #require(status == 0, "openssl \(arguments)")
    }

    private func spawn(in folder: URL, _ arguments: String) throws -> Process {
        try Process.start(
            "/usr/bin/env", ["-C", folder.path, "openssl"] + arguments.split(separator: " ").map(String.init),
            outputFile: folder.appending(path: "openssl-\(UUID()).log").path)
    }
}
