import Glibc
import HTTPClient
import JSON
import Reactor
import TestSupport

/// It has not started to listen.
struct NoAddress: Error, CustomStringConvertible {
    let process: String
    var description: String { "\(process) has no address" }
}

/// One process of a service.
struct ServiceProcess: Sendable {
    let service: String
    let index: Int
    let process: Process
    let addressFile: String

    var name: String { "\(service) \(index)" }

    func url(_ path: String) throws -> String { try url(of: "http", path) }
    func opsURL(_ path: String) throws -> String { try url(of: "ops", path) }

    private func url(of listener: String, _ path: String) throws -> String {
        let address = File.text(addressFile)?.split(separator: "\n")
            .first { $0.hasPrefix("\(listener)=") }?.dropFirst(listener.count + 1)
        guard let address else { throw NoAddress(process: name) }
        return "http://\(address)\(path)"
    }

    /// Open files, sockets and pipes.
    var descriptors: Int { File.count(in: "/proc/\(process.pid)/fd") }

    /// What it holds in memory, in KiB (proc(5), VmRSS).
    var residentKibibytes: Int {
        let line = File.text("/proc/\(process.pid)/status")?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}

extension Fleet {
    /// The value of one series of a process's metrics; 0 where it has none.
    func metric(_ series: String, of process: ServiceProcess) async throws -> Double {
        let text = try await ask("/metrics", of: process).body
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(series) ") }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
    }

    /// What the operations' port of a process answers.
    func ask(_ path: String, of process: ServiceProcess) async throws -> (status: Int, body: String) {
        let response = try await client.send(ClientRequest("GET", try process.opsURL(path), durationMax: .seconds(30)))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    /// Takes what a process has counted, before it ends. One that does not answer any more has its counts with it.
    func count(_ process: ServiceProcess) async {
        guard let dropped = try? await metric(#"filmclub_inbox_messages_total{outcome="dropped"}"#, of: process),
            let applied = try? await metric(#"filmclub_inbox_messages_total{outcome="applied"}"#, of: process)
        else { return }
        counts.withLock {
            $0.dropped += Int(dropped)
            $0.applied += Int(applied)
        }
    }

    /// How often a consumer was given partitions, in all lives of all processes.
    func rebalances() async throws -> Int {
        let output = try await script("cat $state/log/*-[0-9]-*.log | grep -c '\"kafka.assigned\"' || true")
        return output.split(separator: "\n").last.flatMap { Int($0) } ?? 0
    }
}

/// What was done to a fleet, and what it has counted itself.
struct FleetCounts: Sendable {
    private(set) var restarts = 0
    private(set) var kills = 0
    private(set) var slowestStop: Duration = .zero
    /// By processes that answered before they were ended; see `Fleet.count`.
    var dropped = 0
    var applied = 0
    private var lives = 0

    mutating func nextLife() -> Int {
        lives += 1
        return lives
    }

    mutating func noteRestart(graceful: Bool, took: Duration) {
        restarts += 1
        if graceful { slowestStop = max(slowestStop, took) } else { kills += 1 }
    }
}
