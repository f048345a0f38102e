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
        let port = try freePort()
        let server = try spawn(
            in: folder, "s_server -accept 127.0.0.1:\(port) -cert cert.pem -key key.pem -HTTP -quiet")
        defer { server.signal(SIGKILL) }
        try await eventually("the server listens") { isListening(port) }

        let url = "https://127.0.0.1:\(port)/jwks.json"
        let trusting = RemoteIdentity(url, authoritiesFile: folder.appending(path: "ca.pem").path)
        try await eventually("the keys are read") {
            trusting.pass(seconds: 10)
            return trusting.status(try trusting.token(by: key)) == 200
        }
        await trusting.authenticator.close()

        let doubting = RemoteIdentity(url)
        try await eventually("the certificate is refused") { doubting.reads("failed") }
        #expect(doubting.status(try doubting.token(by: key)) == 503)
        #expect(doubting.recorder.lines(of: "identity.keys.unusable").first?.contains("certificate") == true)
        await doubting.authenticator.close()
    }

    private func openssl(in folder: URL, _ arguments: String) async throws {
        let status = try await spawn(in: folder, arguments).end()
        try #require(status == 0, "openssl \(arguments)")
    }

    private func spawn(in folder: URL, _ arguments: String) throws -> Process {
        try Process.start(
            "/usr/bin/env", ["-C", folder.path, "openssl"] + arguments.split(separator: " ").map(String.init),
            outputFile: "/dev/null")
    }

    /// A port that nobody holds at this moment.
    private func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(0)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        try #require(named == 0)
        return UInt16(bigEndian: address.sin_port)
    }

    private func isListening(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
