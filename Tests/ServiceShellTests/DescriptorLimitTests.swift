import Glibc
import Testing

@testable import ServiceShell

@Suite("The limit on file descriptors")
struct DescriptorLimitTests {
    @Test("A start raises the soft limit to the hard one, and says what it was")
    func raised() throws {
        let before = try #require(DescriptorLimit.now())
        // One less than there may be: what runs beside this test does not notice.
        let lowered = before.hard - 1
        var limit = rlimit(rlim_cur: rlim_t(lowered), rlim_max: rlim_t(before.hard))
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        let raised = try #require(DescriptorLimit.raise())
        #expect(raised.before == DescriptorLimit(soft: lowered, hard: before.hard))
        #expect(raised.after == DescriptorLimit(soft: before.hard, hard: before.hard))
        #expect(DescriptorLimit.now() == raised.after)
    }

    @Test("A listener's connections and the process's own descriptors must fit")
    func fits() {
        let limit = DescriptorLimit(soft: 1_024, hard: 4_096)
        #expect(!limit.isShort(for: 1_024 - Int(DescriptorLimit.reserve)))
        #expect(limit.isShort(for: 1_025 - Int(DescriptorLimit.reserve)))
        #expect(limit.isShort(for: .max))
    }
}
