import Testing

@testable import ServiceShell

@Suite("Metrics")
struct MetricsTests {
    @Test("The text is the Prometheus exposition format, in the order of the names")
    func golden() {
        let metrics = Metrics()
        let seconds = metrics.histogram("b_seconds", bounds: [0.1, 0.5, 2], help: "Time taken.")
        for value in [0.05, 0.1, 0.3, 9] { seconds.observe(value) }
        let requests = metrics.counter("a_total", labels: ["route", "status"], help: "Requests \\ by\nroute.")
        requests.with("/v1/films/{id}", "200").increment(by: 3)
        requests.with("/a \"quoted\" \\ path\n", "404").increment()
        let depth = metrics.gauge("c_depth", help: "Depth.")
        depth.set(2.5)
        depth.add(-1)
        metrics.gauge("d_absent", help: "Not known now.") { nil }
        #expect(
            metrics.text() == #"""
                # HELP a_total Requests \\ by\nroute.
                # TYPE a_total counter
                a_total{route="/a \"quoted\" \\ path\n",status="404"} 1
                a_total{route="/v1/films/{id}",status="200"} 3
                # HELP b_seconds Time taken.
                # TYPE b_seconds histogram
                b_seconds_bucket{le="0.1"} 2
                b_seconds_bucket{le="0.5"} 3
                b_seconds_bucket{le="2"} 3
                b_seconds_bucket{le="+Inf"} 4
                b_seconds_sum 9.45
                b_seconds_count 4
                # HELP c_depth Depth.
                # TYPE c_depth gauge
                c_depth 1.5
                # HELP d_absent Not known now.
                # TYPE d_absent gauge

                """#)
    }

    @Test("A metric asked for twice is one metric")
    func sameTwice() {
        let metrics = Metrics()
        metrics.counter("x_total", labels: ["a"], help: "X.").with("1").increment()
        metrics.counter("x_total", labels: ["a"], help: "X.").with("1").increment()
        #expect(metrics.counter("x_total", labels: ["a"], help: "X.").with("1").value == 2)
    }

    @Test("Series that are retained no longer are told no longer; what is left goes on counting")
    func retain() {
        let metrics = Metrics()
        let lag = metrics.gauge("lag", labels: ["topic", "partition"], help: "Lag.")
        for partition in ["0", "1"] { lag.with("films", partition).set(3) }
        lag.retain([["films", "1"]])
        #expect(!metrics.text().contains("partition=\"0\""))
        #expect(metrics.text().contains("lag{topic=\"films\",partition=\"1\"} 3"))
    }

    @Test("Labels that outside input could choose stay within the limit of series, and nothing goes uncounted")
    func cardinality() {
        let metrics = Metrics()
        let family = metrics.counter("x_total", labels: ["path"], help: "X.")
        for index in 0..<(Metrics.seriesMax * 3) { family.with("/\(index)").increment() }
        let lines = metrics.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == Metrics.seriesMax + 1)
        #expect(family.with(Metrics.overflowLabel).value == UInt64(Metrics.seriesMax * 2))
        #expect(family.with("/0").value == 1, "a series of before keeps its own count")
    }

    @Test("Numbers read back as they were")
    func numbers() {
        #expect(MetricsText.number(0) == "0")
        #expect(MetricsText.number(1_700_000_000.25) == "1700000000.25")
        #expect(MetricsText.number(-3) == "-3")
        #expect(MetricsText.number(.infinity) == "+Inf")
        #expect(MetricsText.number(-.infinity) == "-Inf")
        #expect(MetricsText.number(.nan) == "NaN")
        #expect(Double(MetricsText.number(1e300)) == 1e300)
    }

    @Test("The process tells its memory, time, descriptors and start")
    func process() throws {
        let metrics = Metrics()
        metrics.registerProcess()
        let text = metrics.text()
        for name in [
            "process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_max_fds",
            "process_start_time_seconds",
        ] {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name) ") })
            let value = try #require(Double(line.dropFirst(name.count + 1)))
            #expect(value > 0, "\(name)")
        }
    }

    @Test("A program name with blanks and parentheses does not shift the kernel's fields")
    func oddProgramName() throws {
        let fields = (3...52).map(String.init).joined(separator: " ")
        let status = try #require(ProcessStatus(stat: "1 (a) b (c) \(fields)\n"))
        #expect(status.cpuSeconds == Double(14 + 15) / 100)
        #expect(ProcessStatus(stat: "1 (short) S 1") == nil)
    }
}
