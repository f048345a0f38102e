import Glibc
import Postgres
import Reactor
import TestSupport
import Testing

/// A PostgreSQL of the test's own that speaks TLS, with an authority of its own.
@Suite("TLS") struct TLSTests {
    @Test("verify-full connects to the server that its authority vouches for, and to no other")
    func verifyFull() async throws {
        try await TLSServer.with { server in
            let good = "host=127.0.0.1 sslmode=verify-full sslrootcert=\(server.path("ca.pem"))"
            #expect(try await server.connect(good) == "let in, TLSv1.3")
            // The certificate is for 127.0.0.1.
            let elsewhere = try await server.connect(
                "host=elsewhere.example hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=\(server.path("ca.pem"))")
            #expect(elsewhere.contains("does not match host name \"elsewhere.example\""), "\(elsewhere)")
            let stranger = try await server.connect(
                "host=127.0.0.1 sslmode=verify-full sslrootcert=\(server.path("stranger-ca.pem"))")
            #expect(stranger.contains("certificate verify failed"), "\(stranger)")
            let missing = try await server.connect("host=127.0.0.1 sslmode=verify-full sslrootcert=/nowhere/ca.pem")
            #expect(missing.contains("root certificate file \"/nowhere/ca.pem\" does not exist"), "\(missing)")
            // The server for its part lets nobody in without TLS.
            let plain = try await server.connect("host=127.0.0.1 sslmode=disable")
            #expect(plain.contains("no encryption"), "\(plain)")
        }
    }

    @Test("A role that must bring a certificate is let in with it, and not without it")
    func clientCertificate() async throws {
        try await TLSServer.with { server in
            let base =
                "host=127.0.0.1 user=cart dbname=postgres sslmode=verify-full sslrootcert=\(server.path("ca.pem"))"
            let pair = "sslcert=\(server.path("cart.crt")) sslkey=\(server.path("cart.key"))"
            #expect(try await server.connect("\(base) \(pair)") == "let in, TLSv1.3")
            let without = try await server.connect(base)
            #expect(without.contains("requires a valid client certificate"), "\(without)")
            let other = "sslcert=\(server.path("server.crt")) sslkey=\(server.path("server.key"))"
            let refused = try await server.connect("\(base) \(other)")
            #expect(refused.contains("certificate authentication failed for user \"cart\""), "\(refused)")
        }
    }

    @Test("verify-full refuses a server without TLS")
    func plainServer() async throws {
        try await TLSServer.with(speaksTLS: false) { server in
            let refused = try await server.connect(
                "host=127.0.0.1 sslmode=verify-full sslrootcert=\(server.path("ca.pem"))")
            #expect(refused.contains("server does not support SSL"), "\(refused)")
        }
    }
}

private final class TLSServer: Sendable {
    private let folder: String
    private let port: Int

    private init() throws {
        folder = try File.makeFolder("filmclub-postgres-tls")
        port = Int.random(in: 20_000..<32_000)
    }

    static func with(speaksTLS: Bool = true, _ body: (TLSServer) async throws -> Void) async throws {
        let server = try TLSServer()
        let result: Result<Void, any Error>
        do {
            try await server.run("start", server.starting(speaksTLS: speaksTLS))
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try await server.run(
            "stop", "\(Self.tools)\nas_postgres $bin/pg_ctl -D \(server.folder)/data -m immediate stop || true")
        _ = try await Process.start("/bin/rm", ["-rf", server.folder], outputFile: "/dev/null").end()
        try result.get()
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The newest server of Debian's, run as the user postgres where we are root.
    private static let tools = """
        set -eu
        bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
        as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
        """

    private func starting(speaksTLS: Bool) -> String {
        """
        \(Self.tools)
        cd \(folder)
        for name in ca stranger-ca; do
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
                -keyout $name.key -out $name.pem
        done
        for name in server cart; do
            printf 'subjectAltName=IP:127.0.0.1\\n' >$name.ext
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout $name.key \
                -out $name.csr
            openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext \
                -out $name.crt
        done
        mkdir data
        [ "$(id -u)" != 0 ] || chown postgres data
        as_postgres $bin/initdb -D data -A trust -U postgres --no-sync --locale=C.UTF-8 --encoding=UTF8
        cp ca.pem server.crt server.key data
        printf 'hostssl all cart 127.0.0.1/32 cert\\nhostssl all postgres 127.0.0.1/32 trust\\n' >data/pg_hba.conf
        [ \(speaksTLS) = true ] || printf 'host all all 127.0.0.1/32 trust\\n' >data/pg_hba.conf
        [ "$(id -u)" != 0 ] || chown postgres data/*
        chmod 600 data/server.key
        options="-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p \(port) -c fsync=off"
        [ \(speaksTLS) = false ] || options="$options -c ssl=on -c ssl_cert_file=server.crt -c ssl_key_file=server.key"
        [ \(speaksTLS) = false ] || options="$options -c ssl_ca_file=ca.pem"
        as_postgres $bin/pg_ctl -D data -w -l data/log -o "$options" start
        [ \(speaksTLS) = false ] ||
            psql "host=127.0.0.1 port=\(port) user=postgres sslmode=require" -X -c 'CREATE ROLE cart LOGIN'
        """
    }

    private func run(_ what: String, _ script: String) async throws {
        let process = try Process.start("/bin/bash", ["-c", script], outputFile: path("\(what).log"))
        try #require(try await process.end() == 0, "\(process.output)")
    }

    /// "let in" and the protocol, or why not.
    func connect(_ settings: String) async throws -> String {
        let user = settings.contains("user=") ? "" : " user=postgres dbname=postgres"
        let outcome = Lock<String?>(nil)
        var configuration = PostgresConfiguration("\(settings) port=\(port)\(user)")
        configuration.connectionsMin = 1
        let pool = PostgresPool(configuration, on: TestLoop.shared) { event in
            guard case .connectFailed(let error, _) = event else { return }
            outcome.withLock { $0 = $0 ?? "\(error)" }
        }
        do {
            let version = try await pool.query(
                "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
            ).one().get(0, as: String.self)
            await pool.close()
            return "let in, \(version)"
        } catch {
            await pool.close()
            return outcome.withLock { $0 } ?? "\(error)"
        }
    }
}
