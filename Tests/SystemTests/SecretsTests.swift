import FoundationEssentials
import Glibc
import HTTPClient
import TestSupport
import Testing

/// Looks for the house's secrets wherever somebody who should not know them might look.
@Suite("Secrets", .serialized)
struct SecretsTests {
    @Test("No secret is in a log, metric, help text, answer, command line or environment; nobody else reads its file")
    func nowhere() async throws {
        try await House.with(.embedded) { house in
            let demo = try await house.filmclub("demo")
            #expect(demo.status == 0, "\(demo.output)")
            for path in ["\(house.state)/secrets"] + Self.files(in: "\(house.state)/secrets") {
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_mode & 0o077 == 0, "\(path) has mode \(String(status.st_mode, radix: 8))")
            }
            let secrets = try Self.secrets(of: house)
            #expect(secrets.count > 12)
            var places: [(name: String, text: String)] = [("filmclub demo", demo.output)]
            places += try Self.processes(of: house)
            places += try await Self.answers(of: house)
            places += try await Self.helpTexts(of: house)
            // The house's end is in the logs as well.
            #expect(try await house.down() == 0)
            places += try Self.logs(of: house)
            #expect(places.count > 40)
            for secret in secrets {
                for place in places where place.text.contains(secret.text) {
                    Issue.record("\(secret.name) is in \(place.name)")
                }
            }
            // The search finds what is there: each database's address holds its role's password.
            let address = try #require(File.text("\(house.state)/secrets/filmclub_cart.url"))
            #expect(secrets.contains { address.contains($0.text) && $0.text != address })
        }
    }

    /// Passwords, addresses with passwords, and the private halves of the keys.
    private static func secrets(of house: House) throws -> [(name: String, text: String)] {
        try files(in: "\(house.state)/secrets").map { path in
            let text = try #require(File.text(path))
            guard path.hasSuffix(".jwk") else { return (path, text.split(separator: "\n").joined()) }
            let member = try #require(text.split(separator: "\"d\":\"").last)
            return (path, String(member.prefix { $0 != "\"" }))
        }
    }

    private static func files(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { "\(folder)/\($0)" }
    }

    private static func logs(of house: House) throws -> [(name: String, text: String)] {
        try (files(in: "\(house.state)/log") + ["\(house.state)/up.log", "\(house.state)/postgres/log"]).map { path in
            (path, try #require(File.text(path)))
        }
    }

    /// Every process of this machine, and of those of the house the environment, too.
    private static func processes(of house: House) throws -> [(name: String, text: String)] {
        let numbers = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        return numbers.flatMap { number in
            ["cmdline", "environ"].compactMap { file in
                File.text("/proc/\(number)/\(file)").map { ("/proc/\(number)/\(file)", $0) }
            }
        }
    }

    /// Metrics, health, and problems of several kinds.
    private static func answers(of house: House) async throws -> [(name: String, text: String)] {
        let client = Client(on: TestLoop.shared)
        var answers: [(name: String, text: String)] = []
        for service in LeastPrivilegeTests.services {
            for path in ["/metrics", "/health/ready", "/health/live", "/nowhere"] {
                let response = try await client.send(ClientRequest("GET", try house.url(service, path, "ops")))
                answers.append(("\(service)\(path)", String(decoding: response.body, as: UTF8.self)))
            }
            for (method, path) in [
                ("GET", "/v1/nothing"), ("POST", "/v1/orders"), ("POST", "/v1/carts"), ("GET", "/v1/films/%00"),
                ("GET", "/v1/play/forged/master.m3u8"), ("DELETE", "/v1/films"),
            ] {
                var request = ClientRequest(method, try house.url(service, path), body: method == "POST" ? [0x7B] : nil)
                request.headers.append(("Authorization", "Bearer nobody"))
                let response = try await client.send(request)
                #expect(response.status >= 400)
                answers.append(("\(service): \(method) \(path)", String(decoding: response.body, as: UTF8.self)))
            }
        }
        await client.close()
        return answers
    }

    /// What the binaries tell of their settings, given the house's own.
    private static func helpTexts(of house: House) async throws -> [(name: String, text: String)] {
        var texts: [(name: String, text: String)] = []
        for service in LeastPrivilegeTests.services {
            for argument in ["--help", "--print-config"] {
                let process = try Process.start(
                    "\(House.root)/.build/debug/filmclub-\(service)", [argument],
                    environment: [
                        "DATABASE_URL_FILE": "\(house.state)/secrets/filmclub_\(service).url",
                        "STREAM_SIGNING_KEY_FILE": "\(house.state)/secrets/stream.jwk",
                        "IDENTITY_JWKS": "\(house.state)/run/identity.jwks", "IDENTITY_ISSUER": "https://x.example",
                        "IDENTITY_AUDIENCE": "x", "MEDIA_ROOT": "/tmp",
                    ], outputFile: "\(house.state)/help.log")
                #expect(try await process.end() == 0, "\(process.output)")
                #expect(process.output.contains("DATABASE_URL"))
                texts.append(("filmclub-\(service) \(argument)", process.output))
            }
        }
        return texts
    }
}
