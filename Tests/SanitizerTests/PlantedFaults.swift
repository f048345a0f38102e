import Glibc
import Reactor
import Synchronization
import Testing

/// Faults planted on purpose. `deploy/sanitize` runs each before the real tests, with the same binary, options and
/// suppressions, and ends with an error unless the sanitizer has named it: a silent sanitizer is worth nothing.
/// Nothing else runs them.
@Suite("Faults that a sanitizer must report")
struct PlantedFaults {
    enum Fault: String, CaseIterable {
        case race, overflow, leak

        static let planted = getenv("FILMCLUB_PLANTED_FAULT").flatMap { Fault(rawValue: String(cString: $0)) }
    }

    @Test("Two loops write one number without a lock", .enabled(if: Fault.planted == .race))
    func plantedRace() async throws {
        let loops = try (0..<2).map { try EventLoop.spawn(name: "race \($0)") }
        defer { for loop in loops { loop.stop() } }
        let number = Unguarded()
        let done = Lock(0)
        for loop in loops {
            loop.execute {
                number.awaitBoth()
                for _ in 0..<10_000 { number.value += 1 }
                done.withLock { $0 += 1 }
            }
        }
        while done.withLock({ $0 }) < loops.count { await Task.yield() }
        #expect(number.value > 0)
    }

    @Test("A byte behind the end is read", .enabled(if: Fault.planted == .overflow))
    func plantedOverflow() {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
        defer { bytes.deallocate() }
        bytes.initialize(repeating: 1, count: 16)
        let count = Int(bytes[0]) * 17
        #expect((0..<count).reduce(0) { $0 + Int(bytes[$1]) } >= 16)
    }

    @Test("What malloc gave is forgotten", .enabled(if: Fault.planted == .leak))
    func plantedLeak() {
        // A thousand: the last ones may still stand in a register or on the stack.
        #expect((0..<1_000).allSatisfy { _ in Self.forgetOne() })
    }

    @inline(never)
    private static func forgetOne() -> Bool { malloc(100) != nil }
}

/// Claims to be Sendable, without proof.
private final class Unguarded: @unchecked Sendable {
    var value = 0
    private let arrived = Atomic(0)

    /// Both are at it at the same time; relaxed, so that nothing is in order between them.
    func awaitBoth() {
        arrived.add(1, ordering: .relaxed)
        while arrived.load(ordering: .relaxed) < 2 {}
    }
}
