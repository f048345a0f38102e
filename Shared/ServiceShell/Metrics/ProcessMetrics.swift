internal import Glibc

extension Metrics {
    /// What Prometheus clients tell of their process, read from `/proc` at each scrape.
    public func registerProcess() {
        gauge("process_resident_memory_bytes", help: "Resident memory in bytes.") {
            ProcessStatus.now()?.residentBytes
        }
        counter("process_cpu_seconds_total", help: "User and system time spent, in seconds.") {
            ProcessStatus.now()?.cpuSeconds
        }
        gauge("process_open_fds", help: "Open file descriptors.") { ProcessStatus.openDescriptors() }
        gauge("process_max_fds", help: "File descriptors this process may open.") {
            ProcessStatus.descriptorsMax()
        }
        let start = ProcessStatus.startTime()
        gauge("process_start_time_seconds", help: "Start of the process, in seconds since 1970.") { start }
    }
}

/// What the kernel says of this process (proc(5)).
struct ProcessStatus {
    let residentBytes: Double
    let cpuSeconds: Double
    private let startTicks: Double

    static func now() -> ProcessStatus? {
        guard let text = try? SmallFile.text(of: "/proc/self/stat") else { return nil }
        return ProcessStatus(stat: text)
    }

    /// - Parameter stat: the line of `/proc/self/stat`. The second field is the program's name in parentheses, and
    ///   may hold blanks and parentheses itself: the fields are counted from the last one.
    init?(stat: String) {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split { $0 == " " || $0 == "\n" }
        // fields[0] is field 3 of proc(5): utime 14, stime 15, starttime 22, rss 24.
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let start = Double(fields[19]), let pages = Double(fields[21])
        else { return nil }
        residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
        cpuSeconds = (user + system) / Self.ticksPerSecond
        startTicks = start
    }

    static func startTime() -> Double? {
        guard let status = now(), let text = try? SmallFile.text(of: "/proc/stat") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("btime ") {
            return Double(line.dropFirst(6)).map { $0 + status.startTicks / ticksPerSecond }
        }
        return nil
    }

    static func openDescriptors() -> Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Not counted: "." and "..", and the descriptor that reads the folder.
        return Double(max(0, count - 3))
    }

    static func descriptorsMax() -> Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    private static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }
}
