internal import Glibc

/// How many file descriptors the process may have open (RLIMIT_NOFILE, getrlimit(2)). The soft limit that a process is
/// given is often 1,024, for the sake of programs that use select(2); none of what runs here does, and a thousand
/// clients beside files, the database and the broker need more.
struct DescriptorLimit: Sendable, Equatable {
    /// What the process may use.
    let soft: UInt64
    /// What it may raise that to by itself.
    let hard: UInt64

    /// Descriptors besides the clients' connections: log, loop, database, broker, media files being sent.
    static let reserve: UInt64 = 256

    static func now() -> DescriptorLimit? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        return DescriptorLimit(soft: UInt64(limit.rlim_cur), hard: UInt64(limit.rlim_max))
    }

    /// Raises the soft limit to the hard one. Returns what held before and what holds now.
    static func raise() -> (before: DescriptorLimit, after: DescriptorLimit)? {
        guard let before = now() else { return nil }
        if before.soft < before.hard {
            var limit = rlimit(rlim_cur: rlim_t(before.hard), rlim_max: rlim_t(before.hard))
            // Refused only where the kernel's own maximum was lowered since: what we have stays then, and is told.
            _ = setrlimit(resource, &limit)
        }
        return (before, now() ?? before)
    }

    /// Whether so many connections may meet a process that cannot open a file or a connection of its own any more.
    func isShort(for connections: Int) -> Bool {
        let (needed, overflow) = UInt64(clamping: connections).addingReportingOverflow(Self.reserve)
        return overflow || soft < needed
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
